import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { memo, useCallback } from "react";
import { api, isUnknown, type Order, page } from "../api.ts";
import { money, when } from "../format.ts";
import { useSession } from "../session.ts";
import type { State } from "../states.ts";
import { Badge, More, PageHead } from "../ui/parts.tsx";
import { Message, Shown } from "../ui/states.tsx";

interface OrdersFilter {
  readonly userId?: string | undefined;
  readonly status?: State | undefined;
  /** How often the first page is looked at anew. Unit: ms. */
  readonly refreshMs: number;
}

export const useOrders = ({ userId, status, refreshMs }: OrdersFilter) =>
  useInfiniteQuery({
    queryKey: ["orders", userId, status],
    queryFn: ({ pageParam }) => {
      const query = { pageSize: 20, pageToken: pageParam, status };
      return page(
        userId
          ? api.GET("/api/orders/user/{userId}", { params: { path: { userId }, query } })
          : api.GET("/api/orders", { params: { query } }),
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    // Whoever has gone on to later pages reads them as they were: all would be asked for again.
    refetchInterval: ({ state: { data, error } }) =>
      (data?.pages.length ?? 1) === 1 || (error && isUnknown(error)) ? refreshMs : false,
  });

interface OrderRowProps {
  readonly order: Order;
  readonly showUser: boolean;
  readonly onFollow: (event: React.MouseEvent<HTMLAnchorElement>) => void;
}

/** Follows a plain click inside the page; whatever else a click may mean is the browser's. */
function useFollow() {
  const navigate = useNavigate();
  return useCallback(
    (event: React.MouseEvent<HTMLAnchorElement>) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      void navigate({ href: event.currentTarget.pathname });
    },
    [navigate],
  );
}

/**
 * Drawn anew only when the order has changed, since lists are long and looked at often: the router's own links
 * each follow every change of the address. */
const OrderRow = memo(({ order, showUser, onFollow }: OrderRowProps) => (
  <li>
    <a className="row" href={`/orders/${order.orderId}`} onClick={onFollow}>
      <span className="row-main">
        <strong>
          {order.items
            .map(({ itemName, itemId, quantity }) => `${quantity} × ${itemName ?? itemId}`)
            .join(", ")}
        </strong>
        <span className="quiet">
          {when(order.placedAt)}
          {showUser && ` · ${order.userId}`}
        </span>
      </span>
      <Badge state={order.status} />
      <span className="amount">{money(order.total, order.currency)}</span>
    </a>
  </li>
));

interface OrderListProps {
  readonly orders: ReturnType<typeof useOrders>;
  readonly showUser?: boolean;
}

export function OrderList({ orders, showUser = false }: OrderListProps) {
  const follow = useFollow();
  return (
    <>
      <Shown query={orders} rows={6}>
        {({ pages }) => {
          const rows = pages.flatMap((one) => one.rows);
          if (rows.length === 0)
            return (
              <Message icon="orders" title="No orders here yet">
                <Link className="button" to="/">
                  Browse items
                </Link>
              </Message>
            );
          return (
            <ul className="rows card">
              {rows.map((order) => (
                <OrderRow key={order.orderId} order={order} showUser={showUser} onFollow={follow} />
              ))}
            </ul>
          );
        }}
      </Shown>
      <More list={orders} />
    </>
  );
}

/** How often states are looked at anew. Unit: ms. */
const refreshMs = 5_000;

/** A customer's own orders are what the list has for it; an administrator has to be named. */
export function OrdersPage() {
  const session = useSession();
  const userId = typeof session === "object" ? session.userId : undefined;
  return (
    <>
      <PageHead title="My orders" />
      <OrderList orders={useOrders({ userId, refreshMs })} />
    </>
  );
}
