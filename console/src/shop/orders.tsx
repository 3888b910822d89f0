import { useNavigate, useSearch } from "@tanstack/react-router";
import { words } from "../format.ts";
import { Icon } from "../icons.tsx";
import { OrderList, useOrders } from "../pages/orders.tsx";
import { isState, type State, states } from "../states.ts";
import { PageHead, textOf } from "../ui/parts.tsx";
import { refreshMs } from "./queries.ts";

function Search() {
  const navigate = useNavigate();
  const search = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const sought = textOf(form, "sought");
    if (sought === "") return;
    if (form.get("by") === "user") void navigate({ to: "/shop/orders", search: { user: sought } });
    else void navigate({ to: "/orders/$orderId", params: { orderId: sought } });
  };
  return (
    <form className="search push" onSubmit={search}>
      <select name="by" aria-label="Search by">
        <option value="order">Order id</option>
        <option value="user">User id</option>
      </select>
      <input name="sought" type="search" aria-label="Id" placeholder="Id…" maxLength={64} />
      <button type="submit" aria-label="Find">
        <Icon name="search" />
      </button>
    </form>
  );
}

interface FilterProps {
  readonly chosen: State | undefined;
  readonly onChoose: (state: State | undefined) => void;
}

const Filter = ({ chosen, onChoose }: FilterProps) => (
  <fieldset className="chips">
    <legend className="visually-hidden">State</legend>
    {[undefined, ...states].map((state) => (
      <button
        key={state ?? "all"}
        type="button"
        data-state={state}
        aria-pressed={chosen === state}
        onClick={() => onChoose(state)}
      >
        {state === undefined ? "All" : words(state)}
      </button>
    ))}
  </fieldset>
);

export function ShopOrdersPage() {
  const navigate = useNavigate();
  const { state, user } = useSearch({ from: "/shop/orders" });
  const status = isState(state) ? state : undefined;
  const show = (next: { state?: State | undefined; user?: string | undefined }) =>
    void navigate({
      to: "/shop/orders",
      search: {
        ...(next.state === undefined ? {} : { state: next.state }),
        ...(next.user === undefined ? {} : { user: next.user }),
      },
    });
  return (
    <>
      <PageHead title="Orders">
        <Search />
      </PageHead>
      <Filter chosen={status} onChoose={(chosen) => show({ state: chosen, user })} />
      {user !== undefined && (
        <p className="notice">
          Orders of <span className="mono">{user}</span>
          <button type="button" onClick={() => show({ state: status })}>
            Show everybody's
          </button>
        </p>
      )}
      <OrderList orders={useOrders({ userId: user, status, refreshMs })} showUser />
    </>
  );
}
