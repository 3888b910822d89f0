import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { words } from "../format.ts";
import { OrderList, type StateFilter, useOrders } from "../pages/orders.tsx";
import { PageHead, textOf } from "../ui.tsx";

const filters = [
  undefined,
  "PENDING",
  "CONFIRMED",
  "PROCESSING",
  "SHIPPED",
  "DELIVERED",
  "CANCELLED",
] as const;

export function ShopOrdersPage() {
  const navigate = useNavigate();
  const [status, setStatus] = useState<StateFilter>();
  const [userId, setUserId] = useState<string>();
  const search = (form: FormData) => {
    const sought = textOf(form, "sought");
    if (form.get("by") === "user") return setUserId(sought || undefined);
    if (sought !== "") void navigate({ to: "/orders/$orderId", params: { orderId: sought } });
  };
  return (
    <>
      <PageHead title="Orders">
        <form className="search" action={search}>
          <label className="visually-hidden" htmlFor="by">
            Search by
          </label>
          <select id="by" name="by">
            <option value="order">Order id</option>
            <option value="user">User id</option>
          </select>
          <label className="visually-hidden" htmlFor="sought">
            Id
          </label>
          <input id="sought" name="sought" type="search" placeholder="Search…" />
          <button type="submit">Find</button>
        </form>
      </PageHead>
      <fieldset className="chips">
        <legend className="visually-hidden">State</legend>
        {filters.map((filter) => (
          <button
            key={filter ?? "all"}
            type="button"
            aria-pressed={status === filter}
            onClick={() => setStatus(filter)}
          >
            {filter === undefined ? "All" : words(filter)}
          </button>
        ))}
      </fieldset>
      {userId !== undefined && (
        <p className="notice">
          Orders of {userId}{" "}
          <button type="button" onClick={() => setUserId(undefined)}>
            Show all
          </button>
        </p>
      )}
      <OrderList orders={useOrders(userId, status, 5_000)} showUser />
    </>
  );
}
