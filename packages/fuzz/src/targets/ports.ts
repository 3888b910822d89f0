import { setTimeout as delay } from "node:timers/promises";
import { isReady, isServing, type ServiceName } from "@waybill/stack";
import fc from "fast-check";
import { connections, http1 } from "../inputs/frames.ts";
import { type Leaving, sendBytes } from "../send/rawBytes.ts";
import type { Stage } from "../stage/openStage.ts";
import type { Target } from "./target.ts";

/** Bytes on a connection of their own. */
export interface BytesInput {
  readonly bytes: Uint8Array;
  readonly leaving: Leaving;
}

export const portName = (part: ServiceName): string => `bytes to ${part}`;

/** How soon a server has to serve others, whatever one has sent it; and how often it is asked. Unit: ms. */
const SERVES_WITHIN_MS = 20_000;
const POLL_MS = 100;

const leavings: readonly Leaving[] = ["end", "reset", "half-open"];

/** A target for the port of each of these services. `pathOf` names an RPC that it serves. */
export function portTargets(
  { stack }: Stage,
  parts: readonly ServiceName[],
  pathOf: (part: ServiceName) => string,
): Target<BytesInput>[] {
  return parts.map((part) => {
    const address = stack.address(part);
    const pid = stack.pid(part);
    const bytes =
      part === "gateway" ? fc.oneof(http1, connections("/healthz")) : connections(pathOf(part));
    return {
      name: portName(part),
      part,
      inputs: fc.record({ bytes, leaving: fc.constantFrom(...leavings) }),
      try: async (input: BytesInput) => {
        const isServed = await sendBytes(address, input.bytes, input.leaving, () =>
          serves(part, address),
        );
        if (!isServed)
          return { answer: "not served", wrong: `serves nobody after ${SERVES_WITHIN_MS} ms` };
        if (stack.pid(part) !== pid) return { answer: "ended", wrong: "the process has ended" };
        return { answer: "serves on" };
      },
      show: ({ bytes, leaving }: BytesInput) => ({
        leaving,
        base64: Buffer.from(bytes).toString("base64"),
      }),
    };
  });
}

async function serves(part: ServiceName, address: string): Promise<boolean> {
  const deadline = performance.now() + SERVES_WITHIN_MS;
  const ask = part === "gateway" ? isReady : isServing;
  while (!(await ask(address))) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
