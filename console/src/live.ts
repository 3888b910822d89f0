import { createParser } from "eventsource-parser";
import { useEffect, useRef, useState } from "react";
import type { Transition } from "./api.ts";
import { currentToken } from "./session.ts";

export type LiveState = "connecting" | "live" | "away" | "ended";

const firstWaitMs = 250;
const longestWaitMs = 5_000;

/** Sleeps, but not longer than the connection is away or anybody listens. */
const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      window.removeEventListener("online", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
    window.addEventListener("online", wake);
  });

interface Listener {
  readonly signal: AbortSignal;
  readonly onEvent: (transition: Transition) => void;
  readonly onState: (state: LiveState) => void;
}

/** Nothing is left to come, or nobody may see it. */
const isOver = (status: number): boolean => [204, 401, 403, 404].includes(status);

/** One stream after the other, each from where the one before was interrupted. */
class Follower {
  #last: string | undefined;
  #waitMs = firstWaitMs;
  readonly #path: string;
  readonly #listener: Listener;
  readonly #parser;

  constructor(path: string, listener: Listener) {
    this.#path = path;
    this.#listener = listener;
    this.#parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (event !== undefined) return; // "error": the stream ends, and is asked for again.
        if (id !== undefined) this.#last = id;
        if (data !== "") listener.onEvent(JSON.parse(data) as Transition);
      },
    });
  }

  async run(): Promise<void> {
    const { signal, onState } = this.#listener;
    while (!signal.aborted) {
      const end = await this.#once().catch(() => "away" as const);
      if (signal.aborted) return;
      onState(end);
      if (end === "ended") return;
      await sleep(this.#waitMs, signal);
      this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
    }
  }

  /** Reads one stream to its end; answers what that means. */
  async #once(): Promise<LiveState> {
    const { signal, onState } = this.#listener;
    const token = await currentToken();
    if (token === undefined) return "ended";
    const headers = {
      authorization: `Bearer ${token}`,
      ...(this.#last === undefined ? {} : { "last-event-id": this.#last }),
    };
    const answer = await fetch(this.#path, { headers, signal });
    if (isOver(answer.status)) return "ended";
    if (answer.status === 400) this.#last = undefined; // The position is gone: from here on.
    if (!answer.ok || answer.body === null) return "away";
    onState("live");
    this.#waitMs = firstWaitMs;
    this.#parser.reset();
    for await (const text of answer.body.pipeThrough(new TextDecoderStream()))
      this.#parser.feed(text);
    return "connecting"; // Complete, or ended with its token: the next answer tells.
  }
}

/** Follows a live stream while the component is shown. Events are handed over as they come. */
export function useLive(path: string, onEvent: (transition: Transition) => void): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const handler = useRef(onEvent);
  handler.current = onEvent;
  useEffect(() => {
    const stop = new AbortController();
    const listener = {
      signal: stop.signal,
      onEvent: (event: Transition) => handler.current(event),
      onState: setState,
    };
    void new Follower(path, listener).run();
    return () => stop.abort();
  }, [path]);
  return state;
}
