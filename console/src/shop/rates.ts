import { useEffect, useRef, useState } from "react";
import type { Transition } from "../api.ts";
import { type LiveState, useLive } from "../live.ts";
import { type State, states } from "../states.ts";

/** How many seconds are shown. */
export const seconds = 60;

/** How many orders entered each state, in one second. */
export type Second = Readonly<Partial<Record<State, number>>>;

export interface Rates {
  /** The last seconds, the oldest first. */
  readonly perSecond: readonly Second[];
  readonly live: LiveState;
}

const nothing: readonly Second[] = Array.from({ length: seconds }, () => ({}));

/** Counts live transitions, and shows them once a second however many there are. */
export function useRates(): Rates {
  const counting = useRef<Partial<Record<State, number>>>({});
  const [perSecond, setPerSecond] = useState(nothing);
  const live = useLive("/api/events", ({ status }: Transition) => {
    const state = status as State;
    counting.current[state] = (counting.current[state] ?? 0) + 1;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const counted = counting.current;
      counting.current = {};
      setPerSecond((before) => [...before.slice(1), counted]);
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  return { perSecond, live };
}

export const sumOf = (second: Second): number =>
  states.reduce((sum, state) => sum + (second[state] ?? 0), 0);

/** How many orders entered a state within these seconds. */
export const entered = (perSecond: readonly Second[], state: State): number =>
  perSecond.reduce((sum, second) => sum + (second[state] ?? 0), 0);
