import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { answered, api } from "../api.ts";
import { emptyBasket, useBasket } from "../basket.ts";
import { money } from "../format.ts";
import { Empty, Failure, PageHead } from "../ui.tsx";
import { Stepper } from "./items.tsx";

/** Places the basket's order. Its key goes with every attempt, so that a lost answer or a second click orders once. */
function usePlacing() {
  const { lines, key } = useBasket();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/orders", {
          params: { header: { "idempotency-key": key } },
          body: {
            order: {
              items: lines.map(({ item, quantity }) => ({ itemId: item.itemId, quantity })),
            },
          },
        }),
      ),
    retry: 2,
    onSuccess: async ({ orderId }) => {
      emptyBasket();
      await queries.invalidateQueries({ queryKey: ["items"] });
      await navigate({ to: "/orders/$orderId", params: { orderId } });
    },
  });
}

export function BasketPage() {
  const { lines } = useBasket();
  const placing = usePlacing();
  const currency = lines[0]?.item.currency;
  const total = lines.reduce((sum, { item, quantity }) => sum + item.unitPrice * quantity, 0);
  return (
    <>
      <PageHead title="Basket" />
      {lines.length === 0 ? (
        <Empty title="Your basket is empty">
          <Link className="button" to="/">
            Browse items
          </Link>
        </Empty>
      ) : (
        <section className="card medium">
          <ul className="lines">
            {lines.map(({ item, quantity }) => (
              <li key={item.itemId}>
                <span>{item.itemName}</span>
                <Stepper item={item} quantity={quantity} />
                <span className="amount">{money(item.unitPrice * quantity, item.currency)}</span>
              </li>
            ))}
          </ul>
          <p className="total">
            <span>Total</span>
            <strong>{money(total, currency)}</strong>
          </p>
          {placing.error && <Failure error={placing.error} />}
          <button
            className="primary"
            type="button"
            disabled={placing.isPending}
            onClick={() => placing.mutate()}
          >
            {placing.isPending ? "Placing your order…" : "Place order"}
          </button>
        </section>
      )}
    </>
  );
}
