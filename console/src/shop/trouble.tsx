import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answered, api, type DeadLetter, type Process, page } from "../api.ts";
import { age, timeOfDay, when, words } from "../format.ts";
import { Empty, Failure, PageHead, Shown } from "../ui.tsx";

const refreshMs = 3_000;

function useAction(key: string, action: () => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: action,
    onSettled: () => queries.invalidateQueries({ queryKey: [key] }),
  });
}

function ProcessRow({ process }: { readonly process: Process }) {
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
      <p>
        <Badged state={state} /> waits for <strong>{words(step)}</strong> since{" "}
        {age(since, Date.now())}, {attempts} attempts
        {nextAt !== undefined && `, next at ${timeOfDay(nextAt)}`}
      </p>
      <p>
        <Link className="mono" to="/orders/$orderId" params={{ orderId }}>
          {orderId}
        </Link>
      </p>
      {lastError !== undefined && <pre>{lastError}</pre>}
      {retry.error && <Failure error={retry.error} />}
      <button type="button" disabled={retry.isPending} onClick={() => retry.mutate()}>
        Retry now
      </button>
    </li>
  );
}

const Badged = ({ state }: { readonly state: string }) => (
  <span className="badge" data-state={state === "STUCK" ? "CANCELLED" : "PENDING"}>
    {words(state)}
  </span>
);

export function StuckPage() {
  const processes = useQuery({
    queryKey: ["processes"],
    queryFn: () =>
      page(api.GET("/api/workflow/processes", { params: { query: { pageSize: 50 } } })),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <PageHead title="Waiting and stuck work" />
      <Shown query={processes}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="Nothing waits">
              <p>Every order goes its way.</p>
            </Empty>
          ) : (
            <ul className="stack">
              {rows.map((process) => (
                <ProcessRow key={process.orderId} process={process} />
              ))}
            </ul>
          )
        }
      </Shown>
    </>
  );
}

function Letter({ letter }: { readonly letter: DeadLetter }) {
  const params = { params: { path: { deadLetterId: letter.deadLetterId } } };
  const replay = useAction("dead-letters", () =>
    answered(api.POST("/api/dead-letters/{deadLetterId}/replay", { ...params, body: {} })),
  );
  const discard = useAction("dead-letters", () =>
    answered(api.DELETE("/api/dead-letters/{deadLetterId}", params)),
  );
  const busy = replay.isPending || discard.isPending;
  const error = replay.error ?? discard.error;
  return (
    <li className="card">
      <h2>{words(letter.reason)}</h2>
      <p className="quiet">
        {letter.consumer} · <span className="mono">{letter.subject}</span> · {when(letter.deadAt)}
      </p>
      <p>{letter.error}</p>
      <pre>{letter.payloadJson ?? `Cannot be decoded; in Base64:\n${letter.payloadBase64}`}</pre>
      {error && <Failure error={error} />}
      <p className="actions">
        <button className="primary" type="button" disabled={busy} onClick={() => replay.mutate()}>
          Replay
        </button>
        <button className="danger" type="button" disabled={busy} onClick={() => discard.mutate()}>
          Discard
        </button>
      </p>
    </li>
  );
}

export function DeadLettersPage() {
  const letters = useQuery({
    queryKey: ["dead-letters"],
    queryFn: () => page(api.GET("/api/dead-letters", { params: { query: { pageSize: 50 } } })),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <PageHead title="Dead letters" />
      <Shown query={letters}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty title="No dead letters">
              <p>Every message could be handled.</p>
            </Empty>
          ) : (
            <ul className="stack">
              {rows.map((letter) => (
                <Letter key={letter.deadLetterId} letter={letter} />
              ))}
            </ul>
          )
        }
      </Shown>
    </>
  );
}

export function HealthPage() {
  const services = useQuery({
    queryKey: ["services"],
    queryFn: () => answered(api.GET("/api/system/services")),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <PageHead title="Health" />
      <Shown query={services}>
        {(rows) => (
          <ul className="items">
            {rows.map(({ service, health, breaker }) => (
              <li className="card" key={service} data-service={service} data-health={health}>
                <h2>{words(service)}</h2>
                <p>
                  <span
                    className="badge"
                    data-state={health === "SERVING" ? "DELIVERED" : "CANCELLED"}
                  >
                    {words(health)}
                  </span>
                </p>
                <p className="quiet">Breaker {breaker}</p>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </>
  );
}
