import { Link } from "@tanstack/react-router";
import { age, count, words } from "../format.ts";
import type { components } from "../gen/api.ts";
import { path, type State } from "../states.ts";
import { entered, type Second } from "./rates.ts";
import { thickness } from "./scales.ts";

export type StateSummary = components["schemas"]["StateSummary"];

/** The window in which a stream is drawn as flowing. Unit: s. */
const lately = 5;

interface StageProps {
  readonly state: State;
  readonly summary: StateSummary | undefined;
  readonly perSecond: readonly Second[];
  readonly now: number;
}

function noteOf({ state, summary, perSecond, now }: StageProps): string {
  if (state === "DELIVERED" || state === "CANCELLED")
    return `+${count(entered(perSecond, state))} in the last minute`;
  if (summary?.oldestMovedAt !== undefined) return `oldest ${age(summary.oldestMovedAt, now)}`;
  return summary?.more ? "not counted" : "nothing waits";
}

function Stage(props: StageProps) {
  const { state, summary, perSecond } = props;
  const recent = entered(perSecond.slice(-lately), state);
  return (
    <>
      {state !== "PENDING" && state !== "CANCELLED" && (
        <svg
          className="pipe"
          viewBox="0 0 40 28"
          preserveAspectRatio="none"
          aria-hidden="true"
          data-flowing={recent > 0}
        >
          <path d="M0 14H40" strokeWidth={thickness(recent)} />
        </svg>
      )}
      <h3>
        <Link to="/shop/orders" search={{ state }}>
          {words(state)}
        </Link>
      </h3>
      <p className="figure">
        {summary === undefined ? "–" : `${count(summary.orders)}${summary.more ? "+" : ""}`}
      </p>
      <p className="quiet">{noteOf(props)}</p>
    </>
  );
}

interface LifecycleProps {
  readonly summaries: readonly StateSummary[] | undefined;
  readonly perSecond: readonly Second[];
  readonly now: number;
}

/** The way of all orders: how many are where, and what flows between. */
export function Lifecycle({ summaries, perSecond, now }: LifecycleProps) {
  const stage = (state: State) => (
    <Stage
      state={state}
      summary={summaries?.find(({ status }) => status === state)}
      perSecond={perSecond}
      now={now}
    />
  );
  const cancelling = entered(perSecond.slice(-lately), "CANCELLED");
  return (
    <section aria-labelledby="lifecycle">
      <h2 className="visually-hidden" id="lifecycle">
        Lifecycle
      </h2>
      <ol className="flow">
        {path.map((state) => (
          <li className="stage" key={state} data-state={state}>
            {stage(state)}
          </li>
        ))}
      </ol>
      <div className="cancelled" data-state="CANCELLED">
        <svg
          className="branch"
          viewBox="0 0 72 64"
          aria-hidden="true"
          data-flowing={cancelling > 0}
        >
          <path d="M6 0V30Q6 50 30 50H72" strokeWidth={thickness(cancelling)} />
        </svg>
        <div className="stage">{stage("CANCELLED")}</div>
      </div>
    </section>
  );
}
