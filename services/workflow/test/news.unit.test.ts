import { expect } from "chai";
import { hanging, latestNews, type News, type State, workOf } from "../src/domain/news.ts";
import { rankOf, steps } from "../src/domain/process.ts";

const placedAt = new Date("2026-11-20T12:00:00Z");
const news = (
  orderId: string,
  entered: State,
  version: number,
  change: Partial<News> = {},
): News => ({
  order: {
    orderId,
    userId: "user-1",
    placedAt,
    reservationMode: "HELD",
    expiresAt: undefined,
    traceparent: "",
  },
  entered,
  version,
  occurredAt: placedAt,
  reannounced: false,
  repeated: false,
  ...change,
});

describe("an order's news", () => {
  it("starts the step of the state entered", () => {
    expect(workOf(news("a", "PENDING", 1))).to.deep.equal({ kind: "run", step: "TRY" });
    expect(workOf(news("a", "CONFIRMED", 2))).to.deep.equal({ kind: "run", step: "CONFIRM" });
    expect(workOf(news("a", "CANCELLED", 2))).to.deep.equal({ kind: "run", step: "CANCEL" });
  });

  it("of shipping and delivery is watched only when it was announced again", () => {
    expect(workOf(news("a", "PROCESSING", 3))).to.deep.equal({ kind: "nothing" });
    expect(workOf(news("a", "SHIPPED", 4))).to.deep.equal({ kind: "nothing" });
    expect(workOf(news("a", "PROCESSING", 3, { reannounced: true }))).to.deep.equal({
      kind: "watch",
    });
    expect(workOf(news("a", "SHIPPED", 4, { reannounced: true }))).to.deep.equal({ kind: "watch" });
  });

  it("ends the watch when the order is delivered", () => {
    expect(workOf(news("a", "DELIVERED", 5))).to.deep.equal({ kind: "forget" });
  });

  it("counts only in its latest version, in whatever order a batch brings it", () => {
    const latest = latestNews([
      news("a", "CANCELLED", 2),
      news("b", "PENDING", 1),
      news("a", "PENDING", 1),
      news("b", "CONFIRMED", 2),
    ]);
    expect([...latest].map(([id, { entered }]) => [id, entered])).to.deep.equal([
      ["a", "CANCELLED"],
      ["b", "CONFIRMED"],
    ]);
  });

  it("says what an order hangs in", () => {
    expect(hanging("PROCESSING", placedAt)).to.deep.equal({
      reason: "NOT_SHIPPED",
      error: "no shipment since 2026-11-20T12:00:00.000Z",
    });
    expect(hanging("SHIPPED", placedAt).reason).to.equal("NOT_DELIVERED");
  });
});

describe("steps", () => {
  it("have ranks that rise in the order in which an order goes through them", () => {
    const ranks = steps.map(rankOf);
    expect(ranks).to.deep.equal([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).to.equal(steps.length);
  });
});
