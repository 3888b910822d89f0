import type { Transition } from "../api.ts";
import { timeOfDay, words } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { LiveState } from "../live.ts";
import { meanings, path, type State } from "../states.ts";
import { Live } from "../ui/parts.tsx";

interface StepProps {
  readonly step: State;
  readonly done: Transition | undefined;
  readonly isNext: boolean;
}

const Step = ({ step, done, isNext }: StepProps) => (
  <li data-done={done !== undefined} data-next={isNext} data-state={step}>
    <span className="dot">
      <Icon name={step === "CANCELLED" ? "cross" : "check"} size={15} />
    </span>
    <strong>
      {words(step)}
      {done === undefined && <span className="visually-hidden">, to come</span>}
    </strong>
    {done !== undefined && (
      <span className="quiet">
        {timeOfDay(done.occurredAt)} · {done.reason ? words(done.reason) : meanings[step]}
      </span>
    )}
  </li>
);

interface TimelineProps {
  readonly transitions: readonly Transition[];
  readonly live: LiveState;
}

/** What has happened to an order, and what is to come. */
export function Timeline({ transitions, live }: TimelineProps) {
  const seen = new Map(transitions.map((one) => [one.status, one]));
  const steps: readonly State[] = seen.has("CANCELLED") ? ["PENDING", "CANCELLED"] : path;
  const next = steps.find((step) => !seen.has(step));
  return (
    <section className="card" aria-label="Timeline">
      <div className="card-head">
        <h2>Timeline</h2>
        <Live state={live} />
      </div>
      <ol className="timeline" aria-live="polite">
        {steps.map((step) => (
          <Step key={step} step={step} done={seen.get(step)} isNext={step === next} />
        ))}
      </ol>
    </section>
  );
}
