import type { Metadata } from "nice-grpc-common";

/** A call that has arrived, before its handler has seen anything of it. */
export interface IncomingCall {
  /** `/<service>/<method>`, such as /waybill.order.v1.OrderService/GetOrder. */
  readonly path: string;
  readonly metadata: Metadata;
}

/** Runs the handler, step by step when it streams, in whatever context belongs to the caller. */
export type RunAsCaller = <T>(work: () => T) => T;

/**
 * Judges a call before any handler, and so before any coalescing; throws a Refusal or answers how
 * the handler is run. Health and reflection are never asked about. An answer that is not a promise
 * costs the call no turn of the event loop.
 */
export type Authorize = (call: IncomingCall) => RunAsCaller | Promise<RunAsCaller>;

const asItIs: RunAsCaller = (work) => work();

/** Whoever may reach the server may ask it how it is and what it offers. */
export const isOpen = (path: string): boolean => path.startsWith("/grpc.");

/** Lets every call through. */
export const admitAll: Authorize = () => asItIs;
