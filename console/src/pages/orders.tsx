import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, type Order, page } from "../api.ts";
import { money, when } from "../format.ts";
import { Badge, Empty, PageHead, Shown } from "../ui.tsx";

export type StateFilter =
  | "PENDING"
  | "CONFIRMED"
  | "PROCESSING"
  | "SHIPPED"
  | "DELIVERED"
  | "CANCELLED";

export const useOrders = (
  userId: string | undefined,
  status?: StateFilter,
  refetchInterval: number | false = false,
) =>
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
    refetchInterval,
  });

export function OrderRow({
  order,
  showUser = false,
}: {
  readonly order: Order;
  readonly showUser?: boolean;
}) {
  return (
    <li>
      <Link className="row" to="/orders/$orderId" params={{ orderId: order.orderId }}>
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
      </Link>
    </li>
  );
}

export function OrderList({
  orders,
  showUser = false,
}: {
  readonly orders: ReturnType<typeof useOrders>;
  readonly showUser?: boolean;
}) {
  return (
    <Shown query={orders}>
      {({ pages }) => {
        const rows = pages.flatMap((one) => one.rows);
        if (rows.length === 0) return <Empty title="No orders here yet" />;
        return (
          <>
            <ul className="rows card">
              {rows.map((order) => (
                <OrderRow key={order.orderId} order={order} showUser={showUser} />
              ))}
            </ul>
            {orders.hasNextPage && (
              <button
                type="button"
                disabled={orders.isFetchingNextPage}
                onClick={() => void orders.fetchNextPage()}
              >
                Show more
              </button>
            )}
          </>
        );
      }}
    </Shown>
  );
}

export function OrdersPage() {
  return (
    <>
      <PageHead title="My orders" />
      <OrderList orders={useOrders(undefined)} />
    </>
  );
}
