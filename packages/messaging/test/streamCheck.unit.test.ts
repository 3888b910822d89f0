import { expect } from "chai";
import type { Connection } from "../src/connection.ts";
import type { Journal, StreamPosition } from "../src/journal.ts";
import { StreamCheck } from "../src/streamCheck.ts";
import type { StreamKeeper } from "../src/streams.ts";
import { freshStream, logger, until } from "./support.ts";

const created = new Date(0);

/** A check of a stream that has what the journal says, until `lastSequence` falls. */
function checked() {
  const state = { lastSequence: 5n, databaseIsAway: false };
  let position: StreamPosition = { epoch: 1n, created, sequence: 5n };
  const journal: Partial<Journal<unknown>> = {
    position: async () => position,
    rewind: async (_, { sequence }) => {
      if (state.databaseIsAway) throw new Error("the database is away");
      position = { epoch: position.epoch + 1n, created, sequence };
      return 1;
    },
  };
  const streams = {
    state: async () => ({ created, lastSequence: state.lastSequence, restoreEpoch: 0n }),
  };
  const check = new StreamCheck({
    stream: freshStream(),
    journal: journal as Journal<unknown>,
    streams: streams as unknown as StreamKeeper,
    connection: { connected: true, onChange: () => () => {} } as unknown as Connection,
    logger,
    restoreEpoch: 0n,
    marked: async () => {},
  });
  const knows = (epoch: bigint) =>
    until(
      `publishing is safe in epoch ${epoch}`,
      () => check.epoch,
      (seen) => seen === epoch,
      5_000,
    );
  return { check, state, knows };
}

describe("the check of a stream", () => {
  it("goes on by itself when it broke off, also when nobody asks again", async () => {
    const { check, state, knows } = checked();
    await using _check = check;
    await knows(1n);
    Object.assign(state, { lastSequence: 3n, databaseIsAway: true });
    const failure = await check.check().catch(String);
    expect(failure).to.include("the database is away");
    state.databaseIsAway = false;
    await knows(2n);
  });
});
