import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered, api, type DeadLetter, page } from "../api.ts";
import { when, words } from "../format.ts";
import { Badge, PageHead } from "../ui/parts.tsx";
import { ActionFailure, Message, Shown } from "../ui/states.tsx";
import { refreshMs, useAction, useDeadLetters } from "./queries.ts";

const maxReason = 200;

/** The payload as JSON, set out to be read; or as it came, when nobody can read it. */
export function payloadOf({ payloadJson, payloadBase64 }: DeadLetter): string {
  if (payloadJson === undefined)
    return `Cannot be decoded; in Base64: ${payloadBase64 || "(empty)"}`;
  return JSON.stringify(JSON.parse(payloadJson), null, 2);
}

function useDecisions({ deadLetterId }: DeadLetter) {
  const path = { deadLetterId };
  const replay = useAction("dead-letters", (reason: string) =>
    answered(
      api.POST("/api/dead-letters/{deadLetterId}/replay", {
        params: { path },
        body: reason === "" ? {} : { reason },
      }),
    ),
  );
  const discard = useAction("dead-letters", (reason: string) =>
    answered(
      api.DELETE("/api/dead-letters/{deadLetterId}", { params: { path, query: { reason } } }),
    ),
  );
  return { replay, discard };
}

function Decide({ letter }: { readonly letter: DeadLetter }) {
  const [reason, setReason] = useState("");
  const { replay, discard } = useDecisions(letter);
  const isBusy = replay.isPending || discard.isPending;
  const error = replay.error ?? discard.error;
  const given = reason.trim();
  return (
    <>
      {error && <ActionFailure error={error} />}
      <label className="field">
        <span>Why</span>
        <input
          value={reason}
          maxLength={maxReason}
          onChange={({ target }) => setReason(target.value)}
        />
        <small>Kept with the decision. Needed to discard.</small>
      </label>
      <div className="actions">
        <button
          className="primary"
          type="button"
          disabled={isBusy}
          onClick={() => replay.mutate(given)}
        >
          Replay
        </button>
        <button
          className="danger"
          type="button"
          disabled={isBusy || given === ""}
          onClick={() => discard.mutate(given)}
        >
          Discard
        </button>
      </div>
    </>
  );
}

const Letter = ({ letter }: { readonly letter: DeadLetter }) => (
  <li className="card">
    <div className="card-head">
      <h2>{words(letter.reason)}</h2>
      <Badge state="bad" text={letter.consumer} />
    </div>
    <p className="quiet">
      <span className="mono">{letter.subject}</span> · {letter.stream} {letter.sequence} ·{" "}
      {when(letter.deadAt)}
    </p>
    <p>{letter.error}</p>
    <pre>{payloadOf(letter)}</pre>
    <Decide letter={letter} />
  </li>
);

function Decided() {
  const decisions = useQuery({
    queryKey: ["dead-letters", "decisions"],
    queryFn: () =>
      page(api.GET("/api/dead-letters/decisions", { params: { query: { pageSize: 10 } } })),
    refetchInterval: refreshMs,
  });
  return (
    <section className="stack" aria-label="Decided lately">
      <h2>Decided lately</h2>
      <Shown query={decisions} rows={1}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="quiet">Nothing yet.</p>
          ) : (
            <ul className="rows card">
              {rows.map(({ deadLetter, verdict, reason, decidedBy, decidedAt }) => (
                <li className="row" key={`${deadLetter.deadLetterId}-${decidedAt}`}>
                  <span className="row-main">
                    <strong>
                      {words(deadLetter.reason)} · {deadLetter.consumer}
                    </strong>
                    <span className="quiet">
                      {when(decidedAt)} · {decidedBy}
                      {reason !== undefined && ` · ${reason}`}
                    </span>
                  </span>
                  <Badge
                    state={verdict === "REPLAYED" ? "good" : "waiting"}
                    text={words(verdict)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  );
}

export function DeadLettersPage() {
  return (
    <>
      <PageHead title="Dead letters" />
      <Shown query={useDeadLetters()}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Message icon="check" title="No dead letters">
              <p className="quiet">Every message could be handled.</p>
            </Message>
          ) : (
            <ul className="stack">
              {rows.map((letter) => (
                <Letter key={letter.deadLetterId} letter={letter} />
              ))}
            </ul>
          )
        }
      </Shown>
      <Decided />
    </>
  );
}
