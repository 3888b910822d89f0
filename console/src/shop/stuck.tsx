import { Link } from "@tanstack/react-router";
import { answered, api, type Process } from "../api.ts";
import { useNow } from "../clock.ts";
import { age, timeOfDay } from "../format.ts";
import { Badge, PageHead } from "../ui/parts.tsx";
import { ActionFailure, Message, Shown } from "../ui/states.tsx";
import { useAction, useProcesses } from "./queries.ts";

/** What each step waits for, in words. */
const waits: Readonly<Record<string, string>> = {
  TRY: "stock and payment to be secured",
  DECIDE: "its cancellation window, or its coordinator",
  CONFIRM: "stock and payment to be confirmed",
  CANCEL: "stock and payment to be released",
  FULFIL: "shipping or delivery",
};

interface ProcessRowProps {
  readonly process: Process;
  readonly now: number;
}

function ProcessRow({ process, now }: ProcessRowProps) {
  const { orderId, step, state, since, attempts, lastError, nextAt } = process;
  const retry = useAction("processes", () =>
    answered(
      api.POST("/api/workflow/processes/{orderId}/retry", {
        params: { path: { orderId } },
        body: {},
      }),
    ),
  );
  return (
    <li className="card">
      <div className="card-head">
        <h3>Waits for {waits[step] ?? step}</h3>
        <Badge
          state={state === "STUCK" ? "bad" : "waiting"}
          text={state === "STUCK" ? "Stuck" : "Waiting"}
        />
      </div>
      <p className="quiet">
        Order{" "}
        <Link className="mono" to="/orders/$orderId" params={{ orderId }}>
          {orderId}
        </Link>{" "}
        · since {age(since, now)} · {attempts} {attempts === 1 ? "attempt" : "attempts"}
        {nextAt !== undefined && ` · next at ${timeOfDay(nextAt)}`}
      </p>
      {lastError !== undefined && <pre>{lastError}</pre>}
      {retry.error && <ActionFailure error={retry.error} />}
      <div className="actions">
        <button type="button" disabled={retry.isPending} onClick={() => retry.mutate()}>
          {retry.isPending ? "Retrying…" : "Retry now"}
          <span className="visually-hidden"> order {orderId}</span>
        </button>
      </div>
    </li>
  );
}

interface ProcessesProps {
  readonly state: "STUCK" | "WAITING";
  readonly title: string;
  readonly none: string;
  readonly now: number;
}

function Processes({ state, title, none, now }: ProcessesProps) {
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      <Shown query={useProcesses(state)} rows={1}>
        {({ rows, next }) =>
          rows.length === 0 ? (
            <Message icon="check" title={none} />
          ) : (
            <>
              <ul className="stack">
                {rows.map((process) => (
                  <ProcessRow key={process.orderId} process={process} now={now} />
                ))}
              </ul>
              {next !== undefined && <p className="quiet">The longest waiting; there are more.</p>}
            </>
          )
        }
      </Shown>
    </section>
  );
}

export function StuckPage() {
  const now = useNow(1_000);
  return (
    <>
      <PageHead title="Stuck and waiting work" />
      <Processes state="STUCK" title="Stuck: wants a look" none="Nothing is stuck" now={now} />
      <Processes
        state="WAITING"
        title="Waiting: goes on by itself"
        none="Nothing waits"
        now={now}
      />
    </>
  );
}
