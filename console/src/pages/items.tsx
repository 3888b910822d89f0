import { useInfiniteQuery } from "@tanstack/react-query";
import { api, type Item, page } from "../api.ts";
import { type BasketItem, quantityOf, useBasket, want } from "../basket.ts";
import { count, money } from "../format.ts";
import { More, PageHead } from "../ui/parts.tsx";
import { Message, Shown } from "../ui/states.tsx";
import { Label } from "./label.tsx";

export const useItems = (refreshMs?: number) =>
  useInfiniteQuery({
    queryKey: ["items"],
    queryFn: ({ pageParam }) =>
      page(
        api.GET("/api/inventory", { params: { query: { pageSize: 48, pageToken: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    ...(refreshMs === undefined ? {} : { refetchInterval: refreshMs }),
  });

/** Few enough to say how many are left. */
const scarce = 5;

function stockOf({ availableQty }: Item): string {
  if (availableQty === 0) return "Sold out";
  return availableQty <= scarce ? `Only ${availableQty} left` : `${count(availableQty)} in stock`;
}

interface StepperProps {
  readonly item: BasketItem;
  readonly quantity: number;
  readonly disabled?: boolean;
}

export const Stepper = ({ item, quantity, disabled = false }: StepperProps) => (
  <fieldset className="stepper" disabled={disabled}>
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

interface ItemCardProps {
  readonly item: Item;
  readonly quantity: number;
  readonly locked: boolean;
}

const ItemCard = ({ item, quantity, locked }: ItemCardProps) => (
  <li className="card item">
    <Label itemId={item.itemId} />
    <div>
      <h2>{item.itemName}</h2>
      <p className={item.availableQty <= scarce ? "scarce" : "quiet"}>{stockOf(item)}</p>
    </div>
    <div className="item-foot">
      <span className="price">{money(item.unitPrice, item.currency)}</span>
      {quantity > 0 ? (
        <Stepper item={item} quantity={quantity} disabled={locked} />
      ) : (
        <button
          type="button"
          disabled={item.availableQty === 0 || locked}
          onClick={() => want(item, 1)}
        >
          Add<span className="visually-hidden"> {item.itemName} to the basket</span>
        </button>
      )}
    </div>
  </li>
);

export function ItemsPage() {
  const items = useItems();
  const { lines, key } = useBasket();
  return (
    <>
      <PageHead title="What would you like?" />
      <Shown query={items}>
        {({ pages }) => {
          const rows = pages.flatMap((one) => one.rows);
          if (rows.length === 0) return <Message icon="shop" title="Nothing is on sale yet" />;
          return (
            <ul className="cards items">
              {rows.map((item) => (
                <ItemCard
                  key={item.itemId}
                  item={item}
                  quantity={quantityOf(lines, item.itemId)}
                  locked={key !== undefined}
                />
              ))}
            </ul>
          );
        }}
      </Shown>
      <More list={items} />
    </>
  );
}
