import { createParser } from "eventsource-parser";
import { useEffect, useRef, useState } from "react";
import type { Transition } from "./api.ts";
import { currentToken } from "./session.ts";

export type LiveState = "connecting" | "live" | "away" | "ended";

const firstWaitMs = 500;
const longestWaitMs = 8_000;

const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const now = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", now, { once: true });
    window.addEventListener("online", now, { once: true });
  });

/** Reads a live stream, again and again after interruptions, from where it was; ends when nothing is left to come. */
async function follow(
  path: string,
  signal: AbortSignal,
  onEvent: (transition: Transition) => void,
  onState: (state: LiveState) => void,
): Promise<void> {
  let last: string | undefined;
  let waitMs = firstWaitMs;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      if (event !== undefined) return; // "error": the stream ends, and is asked for again.
      if (id !== undefined) last = id;
      if (data !== "") onEvent(JSON.parse(data) as Transition);
    },
  });
  while (!signal.aborted) {
    try {
      const token = await currentToken();
      const headers = {
        authorization: `Bearer ${token}`,
        ...(last === undefined ? {} : { "last-event-id": last }),
      };
      const answer = await fetch(path, { headers, signal });
      if (answer.status === 204 || answer.status === 404 || answer.status === 403)
        return onState("ended");
      if (answer.status === 400) last = undefined; // The position is gone: from here on.
      if (answer.ok && answer.body !== null) {
        onState("live");
        waitMs = firstWaitMs;
        parser.reset();
        for await (const text of answer.body.pipeThrough(new TextDecoderStream()))
          parser.feed(text);
      }
    } catch {
      // Interrupted; asked for again.
    }
    if (signal.aborted) return;
    onState("away");
    await sleep(waitMs, signal);
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }
}

/** Follows a live stream while the component is shown. Events are handed over as they come. */
export function useLive(path: string, onEvent: (transition: Transition) => void): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const handler = useRef(onEvent);
  handler.current = onEvent;
  useEffect(() => {
    const stop = new AbortController();
    void follow(path, stop.signal, (event) => handler.current(event), setState);
    return () => stop.abort();
  }, [path]);
  return state;
}
