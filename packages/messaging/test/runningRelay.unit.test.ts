import type { StreamSpec } from "@waybill/contracts/events";
import type { Database } from "@waybill/persistence";
import { expect } from "chai";
import type { RelayParts } from "../src/flights.ts";
import type { Journal } from "../src/index.ts";
import { RunningRelay } from "../src/runningRelay.ts";
import { eventOf, freshStream, logger, until } from "./support.ts";

const created = new Date(0);

/** A relay with one lost row, whose consumers are as far behind as told, one time after the other. */
function relayWith(behind: () => Promise<number>) {
  const stream: StreamSpec = freshStream();
  const published: string[] = [];
  const isMarked = () => published.length > 0;
  const journal: Partial<Journal<string>> = {
    position: async () => ({ epoch: 1n, created, sequence: 0n }),
    unpublished: async () => [],
    lost: async () => (isMarked() ? [] : ["lost"]),
    markPublished: async () => true,
  };
  const db: Partial<Database> = {
    whileLeader: async (_, signal, work) => {
      await work(signal);
    },
  };
  const parts = {
    connection: { connected: true, onChange: () => () => {} },
    publisher: {
      publish: async (_: string, __: unknown, data: Uint8Array) => {
        published.push(Buffer.from(data).toString());
        return { stream: stream.name, sequence: 1n, duplicate: false };
      },
    },
    streams: { state: async () => ({ created, lastSequence: 0n, restoreEpoch: 0n }) },
    logger,
    restoreEpoch: 0n,
    behind,
  };
  const options = {
    stream,
    journal: journal as Journal<string>,
    db: db as Database,
    toEvent: (row: string) => eventOf(stream, row, 2),
    sweepMs: 5,
  };
  const relay = new RunningRelay(options, parts as unknown as RelayParts);
  const publishes = () => until("it is published", () => published, isMarked);
  return { publishes, [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose]() };
}

describe("a relay with lost rows", () => {
  it("waits while a consumer has more than 500 messages to handle", async () => {
    const seen = [10_000, 501, 500];
    let asked = 0;
    await using relay = relayWith(async () => seen[asked++] ?? 0);
    expect(await relay.publishes()).to.deep.equal(["lost"]);
    expect(asked).to.equal(seen.length);
  });

  it("waits for nobody when JetStream does not say how far consumers are", async () => {
    await using relay = relayWith(async () => {
      throw new Error("permissions violation");
    });
    expect(await relay.publishes()).to.deep.equal(["lost"]);
  });
});
