import { Link } from "@tanstack/react-router";
import { type Basket, payBy, useBasket } from "../basket.ts";
import { money } from "../format.ts";
import { PageHead } from "../ui/parts.tsx";
import { Message } from "../ui/states.tsx";
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

function Content({ basket }: { readonly basket: Basket }) {
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
      <Placing />
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
