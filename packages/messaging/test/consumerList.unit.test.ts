import { expect } from "chai";
import type { Connection } from "../src/connection.ts";
import { slowestBehind } from "../src/consumerList.ts";
import { freshStream } from "./support.ts";

const now = Date.parse("2026-11-27T12:00:00Z");
const ago = (ms: number): string => new Date(now - ms).toISOString();

interface Seen {
  readonly pending: number;
  readonly unacknowledged?: number;
  readonly createdMs?: number;
  readonly acknowledgedMs?: number;
  readonly isReader?: boolean;
}

/** What JetStream tells of consumers; times are as long ago as given. */
const behindOf = (...all: readonly Seen[]): Promise<number> => {
  const infos = all.map((one, index) => ({
    name: `consumer${index}`,
    created: ago(one.createdMs ?? 3_600_000),
    ts: ago(0),
    config: one.isReader ? {} : { durable_name: `consumer${index}` },
    num_pending: one.pending,
    num_ack_pending: one.unacknowledged ?? 0,
    ack_floor: one.acknowledgedMs === undefined ? {} : { last_active: ago(one.acknowledgedMs) },
  }));
  const connection = {
    whileConnected: (work: () => unknown) => work(),
    manager: {
      consumers: {
        list: async function* () {
          yield* infos;
        },
      },
    },
  };
  return slowestBehind(connection as unknown as Connection, freshStream());
};

describe("how far the slowest consumer is behind", () => {
  it("counts what it has not been given and what it has not acknowledged", async () => {
    const [quick, slow] = [{ pending: 3 }, { pending: 500, unacknowledged: 7 }];
    const atWork = { acknowledgedMs: 10 };
    expect(await behindOf({ ...quick, ...atWork }, { ...slow, ...atWork })).to.equal(507);
  });

  it("is 0 when there is none", async () => {
    expect(await behindOf()).to.equal(0);
  });

  it("does not count one that has acknowledged nothing for a minute", async () => {
    expect(await behindOf({ pending: 9, acknowledgedMs: 59_999 })).to.equal(9);
    expect(await behindOf({ pending: 9, acknowledgedMs: 60_000 })).to.equal(0);
  });

  it("gives a new one a minute for its first acknowledgement", async () => {
    expect(await behindOf({ pending: 9, createdMs: 59_999 })).to.equal(9);
    expect(await behindOf({ pending: 9, createdMs: 60_000 })).to.equal(0);
  });

  it("does not count readers, for which nobody waits", async () => {
    expect(await behindOf({ pending: 9, createdMs: 10, isReader: true })).to.equal(0);
  });
});
