import { useQueries } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, page, type Transition } from "../api.ts";
import { age, count, words } from "../format.ts";
import { useLive } from "../live.ts";
import { Failure, PageHead } from "../ui.tsx";

const open = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED"] as const;
const ended = ["DELIVERED", "CANCELLED"] as const;
const states = [...open, ...ended];

/** The most that a list answers at once; more are "500+". */
const looked = 500;
const refreshMs = 3_000;
const seconds = 60;

interface Rates {
  /** Transitions of each of the last seconds, the oldest first. */
  readonly perSecond: readonly number[];
  readonly entered: Readonly<Record<string, number>>;
}

/** Counts live transitions, and shows them once a second however many there are. */
function useRates(): { readonly rates: Rates; readonly live: string } {
  const counted = useRef({ now: 0, entered: {} as Record<string, number> });
  const [rates, setRates] = useState<Rates>({ perSecond: Array(seconds).fill(0), entered: {} });
  const live = useLive("/api/events", ({ status }: Transition) => {
    counted.current.now += 1;
    counted.current.entered[status] = (counted.current.entered[status] ?? 0) + 1;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const { now, entered } = counted.current;
      counted.current.now = 0;
      setRates(({ perSecond }) => ({
        perSecond: [...perSecond.slice(1), now],
        entered: { ...entered },
      }));
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  return { rates, live };
}

function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const bars = values.map((value, second) => ({ second, height: (value / most) * 100 }));
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${seconds * 10} 100`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Transitions per second over the last minute, at most ${most}`}
    >
      {bars.map(({ second, height }) => (
        <rect key={second} x={second * 10} y={100 - height} width="7" height={height} rx="2" />
      ))}
    </svg>
  );
}

export function FlowPage() {
  const { rates, live } = useRates();
  const lists = useQueries({
    queries: open.map((status) => ({
      queryKey: ["flow", status],
      queryFn: () =>
        page(api.GET("/api/orders", { params: { query: { status, pageSize: looked } } })),
      refetchInterval: refreshMs,
    })),
  });
  const failed = lists.find(({ error }) => error)?.error;
  const now = Date.now();
  const most = Math.max(1, ...lists.map(({ data }) => data?.rows.length ?? 0));
  return (
    <>
      <PageHead title="Flow">
        <p className="live" data-live={live} role="status">
          {live === "live" ? "Live" : "Connecting…"}
        </p>
      </PageHead>
      {failed ? <Failure error={failed} /> : null}
      <ol className="flow">
        {states.map((state, index) => {
          const list = lists[index]?.data;
          const oldest = list?.rows.at(-1);
          const share = list === undefined ? 0 : list.rows.length / most;
          const entered = rates.entered[state] ?? 0;
          return (
            <li className="card" key={state} data-state={state}>
              <h2>{words(state)}</h2>
              <p className="figure">
                {index < open.length
                  ? list === undefined
                    ? "–"
                    : `${count(list.rows.length)}${list.next === undefined ? "" : "+"}`
                  : `+${count(entered)}`}
              </p>
              {index < open.length ? (
                <>
                  <svg
                    className="meter"
                    viewBox="0 0 100 6"
                    preserveAspectRatio="none"
                    aria-hidden="true"
                  >
                    <rect width="100" height="6" rx="3" className="track" />
                    <rect width={share * 100} height="6" rx="3" className="value" />
                  </svg>
                  <p className="quiet">
                    {oldest === undefined
                      ? "nothing waits"
                      : list?.next === undefined
                        ? `oldest ${age(oldest.placedAt, now)}`
                        : `older than ${age(oldest.placedAt, now)}`}
                  </p>
                </>
              ) : (
                <p className="quiet">since you opened this page</p>
              )}
            </li>
          );
        })}
      </ol>
      <section className="card">
        <h2>Transitions per second</h2>
        <p className="figure">
          {count(rates.perSecond.at(-1) ?? 0)}
          <span className="quiet"> / s</span>
        </p>
        <Sparkline values={rates.perSecond} />
      </section>
    </>
  );
}
