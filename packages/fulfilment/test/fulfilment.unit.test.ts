import { createLogger } from "@waybill/chassis";
import { Failure } from "@waybill/contracts/errors";
import { OrderEvent, OrderState, type UpdateStatusResult } from "@waybill/contracts/status";
import { expect } from "chai";
import { decodeOrderEvent, moveOrders, sweepLeftovers } from "../src/index.ts";

const logger = createLogger("fulfilment-test", { level: "silent", format: "json" });

describe("moving orders", () => {
  /** Moves one order to SHIPPED, which status answers so. */
  async function isMoved(result: UpdateStatusResult["result"], state?: OrderState) {
    const current = state === undefined ? undefined : ({ state } as UpdateStatusResult["current"]);
    const move = moveOrders({
      statuses: { batchUpdateStatuses: async () => ({ results: [{ result, current }] }) },
      from: OrderState.PROCESSING,
      to: OrderState.SHIPPED,
      service: "shipping",
      logger,
    });
    return (await move([{ orderId: "o", traceparent: "" }])).includes("o");
  }

  const failed = { $case: "failure", value: Failure.fromPartial({ code: 9 }) } as const;
  const done = { $case: "response", value: { status: undefined, replayed: true } } as const;

  it("counts an order that is there, or beyond, whoever moved it", async () => {
    expect(await isMoved(done)).to.equal(true);
    expect(await isMoved(failed, OrderState.SHIPPED)).to.equal(true);
    expect(await isMoved(failed, OrderState.DELIVERED)).to.equal(true);
  });

  it("leaves for later an order that is not there, or unknown", async () => {
    expect(await isMoved(failed, OrderState.CONFIRMED)).to.equal(false);
    expect(await isMoved(failed, OrderState.CANCELLED)).to.equal(false);
    expect(await isMoved(failed)).to.equal(false);
    expect(await isMoved(undefined)).to.equal(false);
  });
});

describe("an order's event", () => {
  const encode = (event: Partial<OrderEvent>) =>
    OrderEvent.encode(OrderEvent.fromPartial({ orderId: "o", userId: "alice", ...event })).finish();

  it("is read when it names an order and a user", () => {
    expect(decodeOrderEvent(encode({}))).to.include({ orderId: "o", userId: "alice" });
  });

  it("is refused when it is none, although it can be decoded", () => {
    expect(() => decodeOrderEvent(new Uint8Array())).to.throw("order_id");
    expect(() => decodeOrderEvent(encode({ orderId: "a\0b" }))).to.throw("order_id");
    expect(() => decodeOrderEvent(encode({ userId: "" }))).to.throw("user_id");
    expect(() => decodeOrderEvent(new Uint8Array([0xff, 0xff, 0xff]))).to.throw();
  });
});

describe("sweeping what was left over", () => {
  const records = Array.from({ length: 600 }, (_, index) => index);
  const read = async (after: number | undefined, limit: number) =>
    records.filter((record) => record > (after ?? -1)).slice(0, limit);

  it("takes up each record once, although none can be moved", async () => {
    const tried: number[] = [];
    const move = async (batch: readonly number[]) => tried.push(...batch);
    await sweepLeftovers<number>({ read, move, isAway: () => false });
    expect(tried).to.deep.equal(records);
  });

  it("ends when status is away, and throws anything else", async () => {
    let calls = 0;
    const move = async () => {
      calls += 1;
      throw new Error("away");
    };
    await sweepLeftovers<number>({ read, move, isAway: () => true });
    expect(calls).to.equal(1);
    const thrown = await sweepLeftovers<number>({ read, move, isAway: () => false }).catch(
      (error: Error) => error.message,
    );
    expect(thrown).to.equal("away");
  });
});
