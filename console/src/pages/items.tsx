import { useInfiniteQuery } from "@tanstack/react-query";
import { api, type Item, page } from "../api.ts";
import { useBasket, want, wanted } from "../basket.ts";
import { count, money } from "../format.ts";
import { Empty, PageHead, Shown } from "../ui.tsx";

export const useItems = (refetchInterval: number | false = false) =>
  useInfiniteQuery({
    queryKey: ["items"],
    queryFn: ({ pageParam }) =>
      page(
        api.GET("/api/inventory", { params: { query: { pageSize: 48, pageToken: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval,
  });

const scarce = 5;

function stockOf({ availableQty }: Item): string {
  if (availableQty === 0) return "Sold out";
  return availableQty <= scarce ? `Only ${availableQty} left` : `${count(availableQty)} in stock`;
}

export function Stepper({ item, quantity }: { readonly item: Item; readonly quantity: number }) {
  return (
    <fieldset className="stepper">
      <legend className="visually-hidden">Quantity of {item.itemName}</legend>
      <button
        type="button"
        aria-label={`One ${item.itemName} less`}
        onClick={() => want(item, quantity - 1)}
      >
        −
      </button>
      <output>{quantity}</output>
      <button
        type="button"
        aria-label={`One ${item.itemName} more`}
        disabled={quantity >= item.availableQty}
        onClick={() => want(item, quantity + 1)}
      >
        +
      </button>
    </fieldset>
  );
}

function ItemCard({ item, quantity }: { readonly item: Item; readonly quantity: number }) {
  return (
    <li className="card item">
      <div className="monogram" aria-hidden="true">
        {item.itemName.slice(0, 1)}
      </div>
      <div>
        <h2>{item.itemName}</h2>
        <p className={item.availableQty <= scarce ? "scarce" : "quiet"}>{stockOf(item)}</p>
      </div>
      <div className="item-foot">
        <strong>{money(item.unitPrice, item.currency)}</strong>
        {quantity > 0 ? (
          <Stepper item={item} quantity={quantity} />
        ) : (
          <button type="button" disabled={item.availableQty === 0} onClick={() => want(item, 1)}>
            Add<span className="visually-hidden"> {item.itemName} to the basket</span>
          </button>
        )}
      </div>
    </li>
  );
}

export function ItemsPage() {
  const items = useItems();
  const { lines } = useBasket();
  return (
    <>
      <PageHead title="What would you like?" />
      <Shown query={items}>
        {({ pages }) => {
          const rows = pages.flatMap((one) => one.rows);
          if (rows.length === 0) return <Empty title="Nothing is on sale yet" />;
          return (
            <>
              <ul className="items">
                {rows.map((item) => (
                  <ItemCard key={item.itemId} item={item} quantity={wanted(lines, item.itemId)} />
                ))}
              </ul>
              {items.hasNextPage && (
                <button type="button" onClick={() => void items.fetchNextPage()}>
                  Show more
                </button>
              )}
            </>
          );
        }}
      </Shown>
    </>
  );
}
