export type { ServiceImplementation } from "nice-grpc";
export { type CallContext, Metadata, Status } from "nice-grpc-common";
export { HealthDefinition } from "nice-grpc-server-health";
export { type Authorize, admitAll, type IncomingCall, type RunAsCaller } from "./authorize.ts";
export { breakerState } from "./callee.ts";
export { countFallback } from "./callMetrics.ts";
export { type CallLimits, type Client, type ClientConfig, createClient } from "./client.ts";
export {
  type Coalesced,
  type CoalescedOptions,
  coalesced,
  type ElementResult,
  toResult,
} from "./coalesced.ts";
export { awaiting, remainingMs } from "./deadline.ts";
export {
  activeTraceId,
  defaultRetryDelayMs,
  fromFailure,
  isUnavailable,
  refusalOf,
  toFailure,
} from "./failure.ts";
export { countFitting, maxAnswerBytes } from "./fitting.ts";
export { type KeysetList, readPage } from "./page.ts";
export { decodePageToken, encodePageToken, type Filters, type KeyForm } from "./pageToken.ts";
export type { BreakerState } from "./policies.ts";
export {
  Refusal,
  type RefusalDetails,
  reasonName,
  reasonNamed,
  refuse,
  type Violation,
} from "./refusal.ts";
export { limits, rules } from "./rules.ts";
export { type RpcServer, type ServerConfig, type ServiceEntry, startServer } from "./server.ts";
export { bearerScheme, type TokenSource } from "./token.ts";
export { validate } from "./validation.ts";
