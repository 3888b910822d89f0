import { createParser } from "eventsource-parser";
import { useEffect, useRef, useState } from "react";
import type { Transition } from "./api.ts";
import { currentToken, endSession } from "./session.ts";

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

/** Longer than a stream is ever silent: the gateway says every 15 s that it is still there. Unit: ms. */
const longestSilenceMs = 40_000;

/** Aborts what has been silent for too long: its connection is gone, although nobody has said so. */
class Silence {
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.break();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  break(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop.abort(), longestSilenceMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

interface Listener {
  readonly signal: AbortSignal;
  readonly onEvent: (transition: Transition) => void;
  readonly onState: (state: LiveState) => void;
}

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
    if (token === undefined) return "away";
    const headers = {
      authorization: `Bearer ${token}`,
      ...(this.#last === undefined ? {} : { "last-event-id": this.#last }),
    };
    const silence = new Silence();
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const answer = await fetch(this.#path, { headers, signal: either });
      if (answer.status === 204) return "ended"; // Nothing is left to come.
      if (answer.status === 401) endSession();
      if (answer.status === 400) this.#last = undefined; // The position is gone: from here on.
      // Also by 404: where statuses were away when an order was accepted, it is not known yet.
      if (!answer.ok || answer.body === null) return "away";
      onState("live");
      this.#waitMs = firstWaitMs;
      this.#parser.reset();
      // Not by iterating the stream, which Safari has not learnt yet.
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        silence.break();
        this.#parser.feed(read.value);
      }
      return "connecting"; // Complete, or ended with its token: the next answer tells.
    } finally {
      silence.end();
    }
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
