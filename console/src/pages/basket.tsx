import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answered, api, ifAny } from "../api.ts";
import { type Basket, type BasketLine, payBy, useBasket } from "../basket.ts";
import { money } from "../format.ts";
import { PageHead } from "../ui/parts.tsx";
import { Message } from "../ui/states.tsx";
import { type CurrentLine, currentLine, totalOf } from "./currentLines.ts";
import { Stepper } from "./items.tsx";
import { Placing } from "./placing.tsx";

/** How the simulated provider is steered; a real one has methods of its own. */
const paymentMethods = [
  ["pm_ok", "Card"],
  ["pm_slow", "Card of a slow bank"],
  ["pm_pending", "Transfer, confirmed later"],
  ["pm_flaky", "Card that fails at first"],
  ["pm_timeout", "Card whose bank forgets to answer"],
  ["pm_declined", "Card that is declined"],
] as const;

/** How often items are looked at anew while they are about to be ordered. Unit: ms. */
const refreshMs = 10_000;

/** The lines with their items as they are now, or as they were when that could last be learnt. */
const useCurrentLines = (lines: readonly BasketLine[]) =>
  useQueries({
    queries: lines.map(({ item: { itemId } }) => ({
      queryKey: ["item", itemId],
      queryFn: () =>
        ifAny(answered(api.GET("/api/inventory/{itemId}", { params: { path: { itemId } } }))),
      refetchInterval: refreshMs,
    })),
    combine: (items) => ({
      current: lines.map((line, index) => currentLine(line, items[index]?.data)),
      isAsked: items.some(({ isLoading, failureCount }) => isLoading && failureCount === 0),
      isUnknown: items.some(({ isError, failureCount }) => isError || failureCount > 0),
    }),
  });

const Line = ({ line, locked }: { readonly line: CurrentLine; readonly locked: boolean }) => {
  const { item, quantity, notes } = line;
  return (
    <li>
      <div>
        {item.itemName}
        {notes.length > 0 && <p className="scarce">{notes.join(" ")}</p>}
      </div>
      <Stepper item={item} quantity={quantity} disabled={locked} />
      <span className="amount">{money(item.unitPrice * quantity, item.currency)}</span>
    </li>
  );
};

function PayBy({ chosen, locked }: { readonly chosen: string; readonly locked: boolean }) {
  return (
    <label className="field">
      <span>Pay by</span>
      <select value={chosen} disabled={locked} onChange={({ target }) => payBy(target.value)}>
        {paymentMethods.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
      <small>No money moves here: the provider is a simulation.</small>
    </label>
  );
}

function Content({ basket: { lines, paymentMethod, key } }: { readonly basket: Basket }) {
  const { current, isAsked, isUnknown } = useCurrentLines(lines);
  const locked = key !== undefined;
  const total = totalOf(current);
  const isBarred = isAsked || total === undefined || current.some(({ isGone }) => isGone);
  return (
    <section className="card medium" aria-label="Your basket">
      <ul className="lines">
        {current.map((line) => (
          <Line key={line.item.itemId} line={line} locked={locked} />
        ))}
      </ul>
      <p className="total">
        <span>Total</span>
        <strong className="number">{money(total, current[0]?.item.currency)}</strong>
      </p>
      {total === undefined && (
        <p className="notice" role="status">
          Its prices are in several currencies. An order has one: take out those of the others.
        </p>
      )}
      {isUnknown && (
        <p className="notice" role="status">
          Prices cannot be looked up at the moment: these may be old, and you are charged those of
          when you order.
        </p>
      )}
      <PayBy chosen={paymentMethod} locked={locked} />
      <Placing isBarred={isBarred && !locked} />
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
