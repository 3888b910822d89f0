import { ErrorReason } from "@waybill/contracts/errors";
import { OrderState, Status, WatchStatusesResponse } from "@waybill/contracts/status";
import { Refusal, refuse } from "@waybill/rpc";
import { expect } from "chai";
import { Ends } from "../src/load/ends.ts";
import { watchEnds } from "../src/load/watchEnds.ts";
import type { Statuses } from "../src/shop.ts";

const { DELIVERED } = OrderState;
const began = (position: string) => WatchStatusesResponse.create({ position });
const delivered = (orderId: string, position: string) =>
  WatchStatusesResponse.create({ transition: { orderId, to: DELIVERED }, position });

type Script = readonly (WatchStatusesResponse | Refusal)[];

/** Plays one script per stream; after the last one it is silent. Remembers where each was asked to begin. */
function scripted(scripts: readonly Script[], known: readonly string[] = []) {
  const beginnings: string[] = [];
  const asked: string[][] = [];
  const statuses = {
    watchStatuses: async function* (
      { afterPosition }: { afterPosition: string },
      { signal }: { signal: AbortSignal },
    ) {
      const script = scripts[beginnings.length] ?? [];
      beginnings.push(afterPosition);
      for (const step of script) {
        if (step instanceof Refusal) throw step;
        yield step;
      }
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    batchGetStatuses: async ({ orderIds }: { orderIds: string[] }) => {
      asked.push(orderIds);
      const results = orderIds.map((orderId) => {
        const status = Status.create({ orderId, state: known.includes(orderId) ? DELIVERED : 1 });
        return { result: { $case: "response", value: { status } } };
      });
      return { results };
    },
  } as unknown as Statuses;
  return { statuses, beginnings, asked };
}

const away = () => refuse.unavailable(ErrorReason.SHUTTING_DOWN, "away");

async function untilEnded(ends: Ends): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (ends.openCount > 0) {
    if (Date.now() > deadline) throw new Error(`Still open: ${ends.open}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("watching all orders", () => {
  it("goes on where it was when the stream breaks", async () => {
    const ends = new Ends();
    for (const id of ["a", "b"]) ends.accept(id);
    const { statuses, beginnings } = scripted([
      [began("0"), delivered("a", "1"), away()],
      [delivered("b", "2")],
    ]);
    await using _watch = watchEnds(statuses, ends);
    await untilEnded(ends);
    expect(beginnings).to.deep.equal(["", "1"]);
  });

  it("asks for what it may have missed when its place is gone", async () => {
    const ends = new Ends();
    ends.accept("a");
    const gone = refuse.outOfRange(ErrorReason.POSITION_GONE, "gone");
    const { statuses, beginnings, asked } = scripted(
      [[began("7"), away()], [gone], [began("0")]],
      ["a"],
    );
    const watch = watchEnds(statuses, ends);
    await watch.begun;
    await untilEnded(ends);
    await watch[Symbol.asyncDispose]();
    expect(asked.at(-1)).to.deep.equal(["a"]);
    expect(beginnings[0]).to.equal("");
  });

  it("fails when watching is refused", async () => {
    const refusal = refuse.permissionDenied(ErrorReason.ACTOR_NOT_ENTITLED, "no");
    const { statuses } = scripted([[refusal]]);
    await using watch = watchEnds(statuses, new Ends());
    expect(await watch.begun.catch((error) => error)).to.equal(refusal);
    expect(await watch.failed.catch((error) => error)).to.equal(refusal);
  });
});
