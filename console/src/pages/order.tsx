import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiError, answered, api, type Order, type Transition } from "../api.ts";
import { when } from "../format.ts";
import { useLive } from "../live.ts";
import { useSession } from "../session.ts";
import { Badge, PageHead } from "../ui/parts.tsx";
import { Message, Shown } from "../ui/states.tsx";
import { Cancel } from "./cancel.tsx";
import { Facts } from "./facts.tsx";
import { Timeline } from "./timeline.tsx";

/** The order's transitions as they happen, each once, by version. */
function useTimeline(orderId: string) {
  const [transitions, setTransitions] = useState<readonly Transition[]>([]);
  const add = (event: Transition) =>
    setTransitions((before) =>
      before.some(({ version }) => version === event.version) ? before : [...before, event],
    );
  const live = useLive(`/api/orders/${encodeURIComponent(orderId)}/events`, add);
  return { transitions, live };
}

/** Longer than the gateway answers an order from memory. Unit: ms. */
const rememberedMs = 1_200;

/** Reads the order anew once it has taken steps that it does not know of: its prices may have followed. */
function useFresh({ orderId, status, total }: Order, last: Transition | undefined) {
  const queries = useQueryClient();
  const isOld = last !== undefined && (last.status !== status || total === undefined);
  const version = isOld ? last.version : undefined;
  useEffect(() => {
    if (version === undefined) return;
    const read = () => void queries.invalidateQueries({ queryKey: ["order", orderId] });
    const timer = setTimeout(read, rememberedMs); // Once for steps that follow one another soon.
    return () => clearTimeout(timer);
  }, [queries, orderId, version]);
}

/** What happened from the request to the delivery, over all services. */
const Trace = ({ order: { orderId, traceId, traceUrl } }: { readonly order: Order }) => (
  <section className="card" aria-label="Trace">
    <h2>Trace</h2>
    {traceId !== undefined && <p className="mono quiet">{traceId}</p>}
    {traceUrl === undefined ? (
      <>
        <p className="quiet">On the machine that runs the stack:</p>
        <pre>npm run trace -- {orderId}</pre>
      </>
    ) : (
      <a className="button" href={traceUrl} target="_blank" rel="noreferrer">
        Open the trace
      </a>
    )}
  </section>
);

function Details({ order }: { readonly order: Order }) {
  const session = useSession();
  const { transitions, live } = useTimeline(order.orderId);
  useFresh(order, transitions.at(-1));
  const state = transitions.at(-1)?.status ?? order.status;
  return (
    <>
      <PageHead title="Order">
        <Badge state={state} />
        <p className="quiet">
          {when(order.placedAt)} · <span className="mono">{order.orderId}</span>
        </p>
      </PageHead>
      <div className="columns">
        <div className="stack">
          <Timeline transitions={transitions} live={live} />
          <Cancel order={order} state={state} />
        </div>
        <div className="stack">
          <Facts order={order} state={state} />
          {typeof session === "object" && session.isAdmin && <Trace order={order} />}
        </div>
      </div>
    </>
  );
}

const Unknown = ({ orderId }: { readonly orderId: string }) => (
  <Message icon="search" title="There is no such order" isPage>
    <p className="quiet">
      <span className="mono">{orderId}</span> does not exist, or it is not yours.
    </p>
    <Link className="button" to="/orders">
      To my orders
    </Link>
  </Message>
);

export function OrderPage() {
  const { orderId } = useParams({ from: "/orders/$orderId" });
  const order = useQuery({
    queryKey: ["order", orderId],
    queryFn: () => answered(api.GET("/api/orders/{orderId}", { params: { path: { orderId } } })),
  });
  const isUnknown = order.error instanceof ApiError && [400, 404].includes(order.error.status);
  if (isUnknown) return <Unknown orderId={orderId} />;
  return <Shown query={order}>{(data) => <Details key={data.orderId} order={data} />}</Shown>;
}
