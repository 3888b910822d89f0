import { OrderState } from "@waybill/contracts/status";
import { expect } from "chai";
import { type EndedFence, type FenceArchive, purgeFences } from "../src/index.ts";

const before = new Date("2026-11-20T12:00:00Z");
/** Of one run. */
const most = 64 * 256;

const endedOf = (count: number): EndedFence[] =>
  Array.from({ length: count }, (_, index) => ({
    transactionId: `order-${index}`,
    isConfirmed: true,
  }));

/** An archive in memory, with status telling the same state of each order. */
function archiveOf(count: number, state: OrderState) {
  let left = endedOf(count);
  let readings = 0;
  const fences: FenceArchive = {
    ended: async (_before, limit) => {
      readings += 1;
      return left.slice(0, limit);
    },
    forget: async (ids) => {
      const gone = new Set(ids);
      left = left.filter(({ transactionId }) => !gone.has(transactionId));
      return gone.size;
    },
  };
  const status = {
    batchGetStatuses: async ({ orderIds }: { orderIds: string[] }) => ({
      results: orderIds.map(() => ({
        result: { $case: "response" as const, value: { status: { state } as never } },
      })),
    }),
  };
  return { fences, status, count: () => left.length, readings: () => readings };
}

describe("the purge of fences", () => {
  it("says when a run has not got through, so that the next one follows at once", async () => {
    const { fences, status, count, readings } = archiveOf(most + 300, OrderState.DELIVERED);
    const run = () => purgeFences({ fences, status, before });
    expect(await run()).to.deep.equal({ forgotten: most, again: true });
    expect(await run()).to.deep.equal({ forgotten: 300, again: false });
    expect(count()).to.equal(0);
    expect(readings(), "once for each run").to.equal(2);
  });

  it("keeps the fences of orders that hang, and does not look for them without a pause", async () => {
    const { fences, status, count } = archiveOf(most + 300, OrderState.CONFIRMED);
    const run = await purgeFences({ fences, status, before });
    expect(run).to.deep.equal({ forgotten: 0, again: false });
    expect(count()).to.equal(most + 300);
  });
});
