import { createLogger } from "@waybill/chassis";
import type { Failure } from "@waybill/contracts/errors";
import { AbandonOutcome } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { expect } from "chai";
import { type ExpiredHold, type HoldKeeper, resolveExpired } from "../src/index.ts";

const logger = createLogger("tcc", { level: "silent", format: "json" });
const at = new Date("2026-11-20T12:00:00Z");
const notFound = 5;
const internal = 13;

const failure = (code: number) => ({ $case: "failure" as const, value: { code } as Failure });
const response = <Value>(value: Value) => ({ $case: "response" as const, value });

/** Holds in memory, and who was asked to do what with them. */
function holdsOf(ids: readonly string[]) {
  const expired: ExpiredHold[] = ids.map((transactionId) => ({ transactionId, expiresAt: at }));
  const done: string[] = [];
  const change = (name: string) => async (changed: readonly string[]) => {
    done.push(...changed.map((id) => `${name} ${id}`));
    return changed.map(
      (id): PromiseSettledResult<void> =>
        id.startsWith("broken")
          ? { status: "rejected", reason: new Error("broken") }
          : { status: "fulfilled", value: undefined },
    );
  };
  const holds: HoldKeeper = {
    expired: async (_at, after, limit) => {
      const from = after ? ids.indexOf(after.transactionId) + 1 : 0;
      return expired.slice(from, from + limit);
    },
    confirm: change("confirm"),
    cancel: change("cancel"),
    extend: change("extend"),
  };
  return { holds, done };
}

/** Status and order that know the fate of an order by its id, and count how often they are asked. */
function sources(
  states: Record<string, OrderState>,
  outcomes: Record<string, AbandonOutcome> = {},
) {
  const calls = { status: 0, order: 0 };
  return {
    calls,
    status: {
      batchGetStatuses: async ({ orderIds }: { orderIds: string[] }) => {
        calls.status += 1;
        const results = orderIds.map((id) => {
          const state = states[id];
          if (id.startsWith("failing")) return { result: failure(internal) };
          if (state === undefined) return { result: failure(notFound) };
          return { result: response({ status: { state } as never }) };
        });
        return { results };
      },
    },
    order: {
      batchAbandonOrders: async ({ orderIds }: { orderIds: string[] }) => {
        calls.order += 1;
        const results = orderIds.map((id) => {
          const outcome = outcomes[id];
          return { result: outcome === undefined ? failure(14) : response({ outcome }) };
        });
        return { results };
      },
    },
  };
}

const unreachable = async () => {
  throw new Error("unreachable");
};

describe("the reaper of expired holds", () => {
  const decided: [keyof typeof OrderState, string][] = [
    ["PENDING", "extend"],
    ["CONFIRMED", "confirm"],
    ["PROCESSING", "confirm"],
    ["SHIPPED", "confirm"],
    ["DELIVERED", "confirm"],
    ["CANCELLED", "cancel"],
  ];
  for (const [state, expected] of decided) {
    it(`order ${state}: ${expected}`, async () => {
      const { holds, done } = holdsOf(["o"]);
      await resolveExpired({ holds, at, logger, ...sources({ o: OrderState[state] }) });
      expect(done).to.deep.equal([`${expected} o`]);
    });
  }

  it("confirms from PROCESSING on what another participant's Confirm must precede", async () => {
    const ids = ["CONFIRMED", "PROCESSING", "DELIVERED", "CANCELLED"] as const;
    const { holds, done } = holdsOf([...ids]);
    const known = sources(Object.fromEntries(ids.map((id) => [id, OrderState[id]])));
    const confirmFrom = OrderState.PROCESSING;
    await resolveExpired({ holds, at, logger, ...known, confirmFrom });
    const expected = ["confirm PROCESSING", "confirm DELIVERED", "cancel CANCELLED"];
    expect(done).to.deep.equal([...expected, "extend CONFIRMED"]);
  });

  it("has order settle what status does not know: abandoned → cancel, stored → extend", async () => {
    const { holds, done } = holdsOf(["gone", "stored"]);
    const { ABANDONED: gone, STORED: stored } = AbandonOutcome;
    const resolution = await resolveExpired({
      holds,
      at,
      logger,
      ...sources({}, { gone, stored }),
    });
    expect(done).to.deep.equal(["cancel gone", "extend stored"]);
    expect(resolution).to.deep.equal({ confirmed: 0, cancelled: 1, extended: 1, kept: 0 });
  });

  it("keeps everything while status does not answer", async () => {
    const { holds, done } = holdsOf(["a", "b"]);
    const { order, calls } = sources({});
    const status = { batchGetStatuses: unreachable };
    const resolution = await resolveExpired({ holds, at, logger, status, order });
    expect(done).to.deep.equal([]);
    expect(calls.order).to.equal(0);
    expect(resolution.kept).to.equal(2);
  });

  it("keeps what only order could tell while order does not answer", async () => {
    const { holds, done } = holdsOf(["cancelled", "unknown"]);
    const { status } = sources({ cancelled: OrderState.CANCELLED });
    const order = { batchAbandonOrders: unreachable };
    const resolution = await resolveExpired({ holds, at, logger, status, order });
    expect(done).to.deep.equal(["cancel cancelled"]);
    expect(resolution.kept).to.equal(1);
  });

  it("keeps a hold when there is no clear answer: another failure, an unknown state, no result", async () => {
    const unclear = { future: 99 as OrderState, nothing: OrderState.UNSPECIFIED };
    const { holds, done } = holdsOf(["failing", "future", "nothing", "unsettled"]);
    const resolution = await resolveExpired({ holds, at, logger, ...sources(unclear) });
    expect(done).to.deep.equal([]);
    expect(resolution.kept).to.equal(4);
    const status = { batchGetStatuses: async () => ({ results: [] }) };
    const mute = await resolveExpired({ holds, at, logger, ...sources({}), status });
    expect(mute.kept).to.equal(4);
  });

  it("counts as kept what could not be changed", async () => {
    const { holds } = holdsOf(["a", "broken"]);
    const states = { a: OrderState.CANCELLED, broken: OrderState.CANCELLED };
    const resolution = await resolveExpired({ holds, at, logger, ...sources(states) });
    expect(resolution).to.deep.include({ cancelled: 1, kept: 1 });
  });

  it("asks for 256 orders at a time, past those that must be kept", async () => {
    const ids = Array.from({ length: 600 }, (_, n) => (n < 300 ? `failing${n}` : `o${n}`));
    const { holds, done } = holdsOf(ids);
    const states = Object.fromEntries(ids.map((id) => [id, OrderState.CANCELLED]));
    const known = sources(states);
    const resolution = await resolveExpired({ holds, at, logger, ...known });
    expect(known.calls).to.deep.equal({ status: 3, order: 0 });
    expect(done).to.have.length(300);
    expect(resolution).to.deep.include({ cancelled: 300, kept: 300 });
  });
});
