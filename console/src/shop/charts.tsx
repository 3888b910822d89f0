import { count, duration, words } from "../format.ts";
import { open, states } from "../states.ts";
import type { StateSummary } from "./lifecycle.tsx";
import { type Second, seconds, sumOf } from "./rates.ts";
import { partsOf, shareOf } from "./scales.ts";

const height = 100;
const barWidth = 8;
const step = 10;

const Legend = () => (
  <ul className="legend" aria-hidden="true">
    {states.map((state) => (
      <li key={state} data-state={state}>
        <i />
        {words(state)}
      </li>
    ))}
  </ul>
);

/** What has happened in each of the last seconds. */
export function Throughput({ perSecond }: { readonly perSecond: readonly Second[] }) {
  const sums = perSecond.map(sumOf);
  const most = Math.max(1, ...sums);
  const now = sums.at(-1) ?? 0;
  const bars = perSecond.map((second, at) => ({
    x: at * step + 1,
    parts: partsOf(second, most, height),
  }));
  return (
    <section className="card" aria-label="Throughput">
      <div className="card-head">
        <h2>Steps per second</h2>
        <p className="figure">{count(now)}</p>
      </div>
      <svg
        className="bars"
        viewBox={`0 0 ${seconds * step} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Steps of orders in each of the last ${seconds} seconds, at most ${most}, now ${now}`}
      >
        {[0, 0.5].map((share) => (
          <line key={share} x1="0" x2={seconds * step} y1={share * height} y2={share * height} />
        ))}
        {bars.flatMap(({ x, parts }) =>
          parts.map((part) => (
            <rect
              key={`${x}-${part.state}`}
              data-state={part.state}
              x={x}
              y={part.y}
              width={barWidth}
              height={part.height}
            />
          )),
        )}
      </svg>
      <p className="axis">
        <span>a minute ago</span>
        <span>at most {count(most)}</span>
        <span>now</span>
      </p>
      <Legend />
    </section>
  );
}

const Stay = ({ status, medianStayMs: median, p95StayMs: p95 }: StateSummary) => (
  <li data-state={status}>
    <p>
      <strong>{words(status)}</strong>
      <span className="quiet number">
        {median === undefined || p95 === undefined
          ? "not known yet"
          : `half within ${duration(median)}, 95 % within ${duration(p95)}`}
      </span>
    </p>
    <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect className="track" width="100" height="12" />
      <rect className="most" width={100 * shareOf(p95 ?? 0)} height="12" />
      <rect className="half" width={100 * shareOf(median ?? 0)} height="12" />
    </svg>
  </li>
);

/** How long the latest delivered orders stayed in each state. */
export const Stays = ({ summaries }: { readonly summaries: readonly StateSummary[] }) => (
  <section className="card" aria-label="How long orders stay">
    <h2>How long orders stay</h2>
    <ul className="stays">
      {summaries
        .filter(({ status }) => open.some((state) => state === status))
        .map((summary) => (
          <Stay key={summary.status} {...summary} />
        ))}
    </ul>
  </section>
);
