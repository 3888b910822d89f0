import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type Item } from "../api.ts";
import { count, money } from "../format.ts";
import { useItems } from "../pages/items.tsx";
import { Empty, Failure, Field, PageHead, Shown, textOf } from "../ui.tsx";

function useChange(change: (form: FormData, key: string) => Promise<unknown>) {
  const queries = useQueryClient();
  const [key, setKey] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: (form: FormData) => change(form, key),
    onSuccess: () => {
      setKey(crypto.randomUUID()); // What comes next is another change.
      return queries.invalidateQueries({ queryKey: ["items"] });
    },
  });
}

function Adjust({ item }: { readonly item: Item }) {
  const change = useChange((form, key) =>
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
      <form className="inline" action={(form) => change.mutate(form)}>
        <Field label="Pieces (negative takes out)" name="delta" type="number" step="1" />
        <Field label="Reason" name="reason" />
        <button type="submit" disabled={change.isPending}>
          Adjust stock
        </button>
        {change.error && <Failure error={change.error} />}
      </form>
    </details>
  );
}

function AddItem() {
  const change = useChange((form) =>
    answered(
      api.POST("/api/inventory", {
        body: {
          itemId: textOf(form, "itemId"),
          itemName: textOf(form, "itemName"),
          availableQty: Number(form.get("onHand")),
          unitPrice: Math.round(Number(form.get("price")) * 100),
          currency: "EUR",
        },
      }),
    ),
  );
  return (
    <details className="card">
      <summary>Add an item</summary>
      <form className="inline" action={(form) => change.mutate(form)}>
        <Field label="Item id" name="itemId" />
        <Field label="Name" name="itemName" />
        <Field label="Pieces" name="onHand" type="number" min={0} />
        <Field label="Price in EUR" name="price" type="number" min={0} step="0.01" />
        <button className="primary" type="submit" disabled={change.isPending}>
          Add item
        </button>
        {change.error && <Failure error={change.error} />}
      </form>
    </details>
  );
}

function StockBar({ item }: { readonly item: Item }) {
  const held = item.onHand === 0 ? 0 : (item.held / item.onHand) * 100;
  return (
    <svg
      className="meter"
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${item.held} of ${item.onHand} held`}
    >
      <rect width="100" height="6" rx="3" className="track" />
      <rect width={held} height="6" rx="3" className="value" />
    </svg>
  );
}

export function StockPage() {
  const items = useItems(5_000);
  return (
    <>
      <PageHead title="Stock" />
      <AddItem />
      <Shown query={items}>
        {({ pages }) => {
          const rows = pages.flatMap((one) => one.rows);
          if (rows.length === 0) return <Empty title="No items yet" />;
          return (
            <ul className="items">
              {rows.map((item) => (
                <li className="card" key={item.itemId}>
                  <h2>
                    {item.itemName}{" "}
                    {item.availableQty === 0 && (
                      <span className="badge" data-state="CANCELLED">
                        Sold out
                      </span>
                    )}
                  </h2>
                  <p className="quiet mono">
                    {item.itemId} · {money(item.unitPrice, item.currency)}
                  </p>
                  <StockBar item={item} />
                  <p>
                    {count(item.onHand)} on hand, {count(item.held)} held
                  </p>
                  <Adjust item={item} />
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
      {items.hasNextPage && (
        <button type="button" onClick={() => void items.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  );
}
