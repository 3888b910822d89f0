import { ROOT_CONTEXT } from "@opentelemetry/api";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import { done } from "@waybill/messaging";
import { expect } from "chai";
import { onOrders } from "../src/events/onOrders.ts";
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

const received = (
  event: Parameters<typeof OrderEvent.fromPartial>[0],
  subject = "orders.v1.placed.order-1",
) => ({
  event: OrderEvent.fromPartial(event),
  id: "order-1.1",
  publication: 1,
  subject,
  sequence: 1n,
  deliveries: 1,
  context: ROOT_CONTEXT,
  traceparent: "",
});

const newsOf = (event: Parameters<typeof received>[0]) => toNews(received(event));

describe("an event of an order", () => {
  it("is news of the state that the order entered", () => {
    expect(newsOf(valid)).to.include({ entered: "PENDING", version: 1, repeated: false });
  });

  it("is passed over when it is of a kind that this workflow does not know", async () => {
    const seen: string[] = [];
    const consumer = onOrders(
      async (news) => {
        seen.push(...news.map(({ order }) => order.orderId));
        return new Set();
      },
      { maxBatch: 2, lanes: 1 },
    );
    const events = [
      received({ ...valid, orderId: "order-2" }, "orders.v1.teleported.order-2"),
      received(valid),
    ];
    expect(await consumer.handle(events, new AbortController().signal)).to.deep.equal([done, done]);
    expect(seen).to.deep.equal(["order-1"]);
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
