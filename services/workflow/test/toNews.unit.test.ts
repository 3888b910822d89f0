import { ROOT_CONTEXT } from "@opentelemetry/api";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import { expect } from "chai";
import { toNews } from "../src/events/toNews.ts";

const at = new Date("2026-11-26T12:00:00Z");
const valid = {
  orderId: "order-1",
  userId: "user-1",
  version: 1,
  to: OrderState.PENDING,
  placedAt: at,
  occurredAt: at,
};

const newsOf = (event: Parameters<typeof OrderEvent.fromPartial>[0]) =>
  toNews({
    event: OrderEvent.fromPartial(event),
    id: "order-1.1",
    publication: 1,
    subject: "orders.v1.placed.order-1",
    sequence: 1n,
    deliveries: 1,
    context: ROOT_CONTEXT,
    traceparent: "",
  });

describe("an event of an order", () => {
  it("is news of the state that the order entered", () => {
    expect(newsOf(valid)).to.include({ entered: "PENDING", version: 1, repeated: false });
  });

  const broken = {
    "order_id is no id": { orderId: "an order" },
    "user_id is no id": { userId: "" },
    "to is 0, which is no state": { to: OrderState.UNSPECIFIED },
    "placed_at is missing": { placedAt: undefined },
    "occurred_at is missing": { occurredAt: undefined },
  };
  for (const [problem, change] of Object.entries(broken)) {
    it(`is refused when ${problem}: nothing could ever come of it`, () => {
      expect(() => newsOf({ ...valid, ...change })).to.throw(problem);
    });
  }
});
