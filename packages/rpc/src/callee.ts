import { once } from "node:events";
import { metrics } from "@opentelemetry/api";
import type { Logger } from "@waybill/chassis";
import { type Channel, createChannel, createClient, waitForChannelReady } from "nice-grpc";
import { ClientError, Metadata, Status } from "nice-grpc-common";
import { HealthDefinition } from "nice-grpc-server-health";
import { announceTimeout } from "./deadline.ts";
import {
  type BreakerState,
  createPolicies,
  type Outcome,
  type Policies,
  type PolicyLimits,
} from "./policies.ts";
import { fromClientError } from "./richError.ts";
import { maxMessageBytes, transportOptions } from "./transport.ts";

export interface CalleeConfig extends PolicyLimits {
  /** The callee's name, for people: "status". */
  readonly callee: string;
  /** host:port; of several replicas, separated by commas and IPv4, which take calls in turn. */
  readonly address: string;
  readonly logger: Logger;
  /** How long one attempt waits for its answer. Default 2,000 ms. */
  readonly attemptTimeoutMs?: number;
  /** Connections. Default 2, which is worth a fifth in throughput over one. */
  readonly channels?: number;
}

/** A process that this one calls: its connections and the one policy stack for them. */
export interface Callee {
  readonly name: string;
  readonly channels: readonly Channel[];
  readonly policies: Policies;
  readonly attemptTimeoutMs: number;
}

interface SharedCallee extends Callee {
  users: number;
}

/** By address: the services of one process share one stack. */
const callees = new Map<string, SharedCallee>();

const breakerStates: readonly BreakerState[] = ["closed", "half-open", "open"];

metrics
  .getMeter("waybill.rpc")
  .createObservableGauge("waybill.rpc.breaker.state", {
    description: "1 for the state that the breaker towards a callee is in, 0 for the others.",
  })
  .addCallback((result) => {
    for (const { name, policies } of callees.values())
      for (const state of breakerStates)
        result.observe(policies.state === state ? 1 : 0, { callee: name, state });
  });

/** The callee at this address, shared with whoever else calls it; the first one's limits hold. */
export function acquireCallee(config: CalleeConfig): Callee & Disposable {
  let shared = callees.get(config.address);
  if (shared === undefined) {
    shared = connect(config);
    callees.set(config.address, shared);
  }
  shared.users += 1;
  const { name, channels, policies, attemptTimeoutMs } = shared;
  let disposed = false;
  const dispose = () => {
    if (disposed) return;
    disposed = true;
    release(config.address);
  };
  return { name, channels, policies, attemptTimeoutMs, [Symbol.dispose]: dispose };
}

function release(address: string): void {
  const shared = callees.get(address);
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  callees.delete(address);
  shared.policies[Symbol.dispose]();
  for (const channel of shared.channels) channel.close();
}

/** The state of the breaker towards a callee, by its name; undefined while nobody calls it. */
export function breakerState(callee: string): BreakerState | undefined {
  for (const shared of callees.values()) if (shared.name === callee) return shared.policies.state;
  return undefined;
}

/**
 * A connection whose other end vanished is given up after keepalive and its timeout, which a busy
 * process must be able to meet; a callee that is back is found again within the longest backoff, and
 * one that has moved within the time between two looks at its name (grpc-js: 30 s).
 */
const connection = {
  keepaliveMs: 10_000,
  keepaliveTimeoutMs: 5_000,
  maxBackoffMs: 500,
  lookUpAfterMs: 1_000,
} as const;

/** Replicas behind one name or list of addresses share the calls, and a dead one is left out. */
const inTurn = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] });

const targetOf = (address: string): string => (address.includes(",") ? `ipv4:${address}` : address);

function connect(config: CalleeConfig): SharedCallee {
  const { callee, address, logger, attemptTimeoutMs = 2_000 } = config;
  const channels = Array.from({ length: config.channels ?? 2 }, () =>
    createChannel(targetOf(address), undefined, {
      ...transportOptions(maxMessageBytes),
      "grpc.enable_channelz": 0, // Bookkeeping per call that nobody reads.
      "grpc.keepalive_time_ms": connection.keepaliveMs,
      "grpc.keepalive_timeout_ms": connection.keepaliveTimeoutMs,
      "grpc.keepalive_permit_without_calls": 1,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": connection.maxBackoffMs,
      "grpc.dns_min_time_between_resolutions_ms": connection.lookUpAfterMs,
      "grpc.min_reconnect_backoff_ms": attemptTimeoutMs, // nice-grpc: the timeout of connecting.
      "grpc.enable_retries": 0, // Retrying is the policies' business.
      "grpc.use_local_subchannel_pool": 1, // Otherwise all channels share one connection.
      "grpc.service_config": inTurn,
    }),
  );
  const probe = () => checkHealth(channels, attemptTimeoutMs);
  const policies = createPolicies(callee, config, probe, logger);
  return { name: callee, channels, policies, attemptTimeoutMs, users: 0 };
}

/** Whether the callee can be reached again, by all connections, and says that it is SERVING. */
async function checkHealth(channels: readonly Channel[], withinMs: number): Promise<Outcome<void>> {
  const signal = AbortSignal.timeout(withinMs);
  const metadata = Metadata();
  announceTimeout(metadata, withinMs);
  try {
    await unlessAborted(allReady(channels, withinMs), signal);
    const [channel] = channels as [Channel, ...Channel[]];
    const health = createClient(HealthDefinition, channel);
    const { status } = await health.check({ service: "" }, { metadata, signal });
    if (status === 1) return { kind: "answered", response: undefined };
    return notReachable(new ClientError("", Status.UNAVAILABLE, "The callee is not SERVING"));
  } catch (error) {
    // A callee without a health service has answered, too.
    if (error instanceof ClientError && error.code === Status.UNIMPLEMENTED) {
      return { kind: "answered", response: undefined };
    }
    return notReachable(new ClientError("", Status.UNAVAILABLE, String(error)));
  }
}

/** By the wall clock, which may be set back meanwhile: whoever waits has a bound of its own. */
async function allReady(channels: readonly Channel[], withinMs: number): Promise<void> {
  const deadline = new Date(Date.now() + withinMs);
  await Promise.all(channels.map((channel) => waitForChannelReady(channel, deadline)));
}

/** What the work comes to; rejects with the signal's reason when that aborts before. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = once(signal, "abort").then(() => Promise.reject(signal.reason));
  await Promise.race([work, aborted]);
}

const notReachable = (error: ClientError): Outcome<never> => ({
  kind: "failed",
  refusal: fromClientError(error),
  unreachable: true,
  retryAfterMs: undefined,
});
