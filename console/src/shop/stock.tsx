import { useMutation, useQueryClient } from "@tanstack/react-query";
import { minorDigits } from "@waybill/contracts/currencies";
import { useState } from "react";
import { answered, api, type Item } from "../api.ts";
import { count, money } from "../format.ts";
import { useItems } from "../pages/items.tsx";
import { Badge, Field, More, PageHead, textOf } from "../ui/parts.tsx";
import { ActionFailure, Message, Shown } from "../ui/states.tsx";
import { refreshMs } from "./queries.ts";

/** A change of the stock by a form, under one key until it is made: repeated, it is made once. */
function useChange(change: (form: FormData, key: string) => Promise<unknown>) {
  const queries = useQueryClient();
  const [key, setKey] = useState(() => crypto.randomUUID());
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (form: HTMLFormElement) => change(new FormData(form), key),
    onSuccess: (_, form) => {
      form.reset();
      setKey(crypto.randomUUID()); // What comes next is another change.
      return queries.invalidateQueries({ queryKey: ["items"] });
    },
  });
  const onSubmit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    mutate(event.currentTarget);
  };
  return { onSubmit, isPending, isSuccess, error };
}

function Adjust({ item }: { readonly item: Item }) {
  const { onSubmit, isPending, error } = useChange((form, key) =>
    answered(
      api.POST("/api/inventory/{itemId}/adjustments", {
        params: { path: { itemId: item.itemId }, header: { "idempotency-key": key } },
        body: { delta: Number(form.get("delta")), reason: textOf(form, "reason") },
      }),
    ),
  );
  return (
    <details>
      <summary>
        Adjust<span className="visually-hidden"> {item.itemName}</span>
      </summary>
      <form onSubmit={onSubmit}>
        <Field label="Pieces" name="delta" type="number" step="1" hint="Negative takes out" />
        <Field label="Reason" name="reason" maxLength={200} />
        {error && <ActionFailure error={error} />}
        <button type="submit" disabled={isPending}>
          Adjust stock
        </button>
      </form>
    </details>
  );
}

const currency = "EUR";

function AddItem() {
  const { onSubmit, isPending, isSuccess, error } = useChange((form) =>
    answered(
      api.POST("/api/inventory", {
        body: {
          itemId: textOf(form, "itemId"),
          itemName: textOf(form, "itemName"),
          availableQty: Number(form.get("onHand")),
          unitPrice: Math.round(Number(form.get("price")) * 10 ** minorDigits(currency)),
          currency,
        },
      }),
    ),
  );
  return (
    <details className="card">
      <summary>Add an item</summary>
      <form onSubmit={onSubmit}>
        <div className="form-row">
          <Field
            label="Id"
            name="itemId"
            pattern="[A-Za-z0-9_\-]{1,64}"
            title="Letters, digits, _ and -, at most 64"
          />
          <Field label="Name" name="itemName" maxLength={200} />
          <Field label="Pieces" name="onHand" type="number" min={0} />
          <Field label={`Price in ${currency}`} name="price" type="number" min={0} step="0.01" />
        </div>
        {error && <ActionFailure error={error} />}
        <div className="actions">
          <button className="primary" type="submit" disabled={isPending}>
            Add item
          </button>
          <span role="status">{isSuccess && "Added."}</span>
        </div>
      </form>
    </details>
  );
}

interface StockBarProps {
  readonly onHand: number;
  readonly held: number;
}

/** What is on hand: free, and held by orders. */
function StockBar({ onHand, held }: StockBarProps) {
  const share = onHand === 0 ? 0 : (held / onHand) * 100;
  return (
    <svg className="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="8" className={onHand === 0 ? "track" : "value"} />
      <rect x={100 - share} width={share} height="8" className="held" />
    </svg>
  );
}

const Pieces = ({ of, count: pieces }: { readonly of: string; readonly count: number }) => (
  <div>
    <dt>{of}</dt>
    <dd>{count(pieces)}</dd>
  </div>
);

const StockCard = ({ item }: { readonly item: Item }) => {
  const { itemId, itemName, onHand, held, availableQty, unitPrice } = item;
  const isSoldOut = availableQty === 0;
  return (
    <li className="card" data-state={isSoldOut ? "bad" : "good"}>
      <div className="card-head">
        <h2>{itemName}</h2>
        {isSoldOut && <Badge state="bad" text="Sold out" />}
      </div>
      <p className="quiet">
        <span className="mono">{itemId}</span> · {money(unitPrice, item.currency)}
      </p>
      <StockBar onHand={onHand} held={held} />
      <dl className="pieces-of">
        <Pieces of="free" count={availableQty} />
        <Pieces of="held" count={held} />
        <Pieces of="on hand" count={onHand} />
      </dl>
      <Adjust item={item} />
    </li>
  );
};

export function StockPage() {
  const items = useItems(refreshMs);
  return (
    <>
      <PageHead title="Stock" />
      <AddItem />
      <Shown query={items}>
        {({ pages }) => {
          const rows = pages.flatMap((one) => one.rows);
          if (rows.length === 0) return <Message icon="boxes" title="No items yet" />;
          return (
            <ul className="cards">
              {rows.map((item) => (
                <StockCard key={item.itemId} item={item} />
              ))}
            </ul>
          );
        }}
      </Shown>
      <More list={items} />
    </>
  );
}
