import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { answered, api, isUnknown } from "../api.ts";
import { type Basket, beginOrder, orderPlaced, orderRefused, payBy, useBasket } from "../basket.ts";
import { money } from "../format.ts";
import { PageHead } from "../ui/parts.tsx";
import { Failure, Message } from "../ui/states.tsx";
import { Stepper } from "./items.tsx";

/** How the simulated provider is steered; a real one has methods of its own. */
const paymentMethods = [
  ["pm_ok", "Card"],
  ["pm_slow", "Card of a slow bank"],
  ["pm_pending", "Transfer, confirmed later"],
  ["pm_flaky", "Card that fails at first"],
  ["pm_timeout", "Card whose bank forgets to answer"],
  ["pm_declined", "Card that is declined"],
] as const;

const send = ({ key, lines, paymentMethod }: Required<Basket>) =>
  answered(
    api.POST("/api/orders", {
      params: { header: { "idempotency-key": key } },
      body: {
        order: {
          items: lines.map(({ item, quantity }) => ({ itemId: item.itemId, quantity })),
          paymentMethod,
        },
      },
    }),
  );

const longestWaitMs = 10_000;

/** Places the basket's order, asking under the same key until its fate is known: by lost answers, second clicks and reloads it is placed once. */
function usePlacing() {
  const { key } = useBasket();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const placing = useMutation({
    mutationFn: () => send(beginOrder()),
    networkMode: "always",
    retry: (_failures, error) => isUnknown(error),
    retryDelay: (failures) => Math.min(1_000 * 2 ** failures, longestWaitMs),
    onSuccess: async ({ orderId }) => {
      orderPlaced();
      void queries.invalidateQueries({ queryKey: ["items"] });
      await navigate({ to: "/orders/$orderId", params: { orderId } });
    },
    onError: orderRefused,
  });
  const { mutate, isIdle } = placing;
  useEffect(() => {
    if (key !== undefined && isIdle) mutate(); // Sent before a reload; its answer was not seen.
  }, [key, isIdle, mutate]);
  return placing;
}

function Placing({ placing }: { readonly placing: ReturnType<typeof usePlacing> }) {
  const { isPending, failureCount, error, mutate } = placing;
  return (
    <>
      {isPending && failureCount > 0 && (
        <p className="notice" role="status">
          No answer yet, so it is not known whether your order is placed. It is asked again by
          itself, and placed once only.
        </p>
      )}
      {error && <Failure error={error} />}
      <button
        className="primary wide"
        type="button"
        disabled={isPending}
        onClick={() => !isPending && mutate()}
      >
        {isPending ? "Placing your order…" : "Place order"}
      </button>
    </>
  );
}

function Content({ basket }: { readonly basket: Basket }) {
  const placing = usePlacing();
  const { lines, paymentMethod, key } = basket;
  const locked = key !== undefined;
  const total = lines.reduce((sum, { item, quantity }) => sum + item.unitPrice * quantity, 0);
  return (
    <section className="card medium" aria-label="Your basket">
      <ul className="lines">
        {lines.map(({ item, quantity }) => (
          <li key={item.itemId}>
            <span>{item.itemName}</span>
            <Stepper item={item} quantity={quantity} disabled={locked} />
            <span className="amount">{money(item.unitPrice * quantity, item.currency)}</span>
          </li>
        ))}
      </ul>
      <p className="total">
        <span>Total</span>
        <strong className="number">{money(total, lines[0]?.item.currency)}</strong>
      </p>
      <label className="field">
        <span>Pay by</span>
        <select
          value={paymentMethod}
          disabled={locked}
          onChange={({ target }) => payBy(target.value)}
        >
          {paymentMethods.map(([id, text]) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </select>
        <small>No money moves here: the provider is a simulation.</small>
      </label>
      <Placing placing={placing} />
    </section>
  );
}

export function BasketPage() {
  const basket = useBasket();
  return (
    <>
      <PageHead title="Basket" />
      {basket.lines.length === 0 ? (
        <Message icon="basket" title="Your basket is empty">
          <Link className="button primary" to="/">
            Browse items
          </Link>
        </Message>
      ) : (
        <Content basket={basket} />
      )}
    </>
  );
}
