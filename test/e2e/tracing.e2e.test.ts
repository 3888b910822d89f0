import { randomBytes } from "node:crypto";
import type { CreateOrderRequest } from "@waybill/contracts/order";
import { Metadata } from "@waybill/rpc";
import { type Stack, serviceNames } from "@waybill/stack";
import { expect } from "chai";
import { untilState } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { type ExportedSpan, type OtlpReceiver, startOtlpReceiver } from "./support/otlpReceiver.ts";
import { openShop, request } from "./support/shop.ts";
import { startTestStack } from "./support/stack.ts";

/** Spans are sent every 200 ms. */
const exportedWithinMs = 5_000;

/** All on the way of a call that does not come through the gateway. */
const onTheWay = serviceNames.filter((name) => name !== "gateway");

/** All of them but user, which is asked once for the customers that order does not remember. */
const always = onTheWay.filter((name) => name !== "user");

describe("one trace id leads from the request to the delivery", () => {
  let receiver: OtlpReceiver;
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    receiver = await startOtlpReceiver();
    stack = await startTestStack({ env: receiver.env });
    clients = connectClients(stack);
    await openShop(clients);
  });

  after(async () => {
    await clients[Symbol.asyncDispose]();
    await stack.stop();
    await receiver[Symbol.asyncDispose]();
  });

  /** Places an order in a trace that the client has begun, and waits until it is in that state. */
  const placeTraced = async (state: string, given: Partial<CreateOrderRequest> = {}) => {
    const traceId = randomBytes(16).toString("hex");
    const root = randomBytes(8).toString("hex");
    const metadata = Metadata({ traceparent: `00-${traceId}-${root}-01` });
    const { order } = await clients.order.createOrder(request(given), { metadata });
    await untilState(stack, order?.orderId ?? "", state);
    return { traceId, root };
  };

  const servicesIn = (traceId: string) =>
    new Set(receiver.spansOf(traceId).map(({ service }) => service));

  /** Waits for what is still on its way, and then expects these services, and nobody without a parent. */
  const expectWhole = async (
    trace: { traceId: string; root: string },
    services: readonly string[],
  ) => {
    const { traceId, root } = trace;
    const whole = () =>
      services.every((service) => servicesIn(traceId).has(service)) &&
      orphansOf(receiver.spansOf(traceId), root).length === 0;
    await eventually("the trace is whole", whole, exportedWithinMs).catch(() => {});
    expect([...servicesIn(traceId)]).to.include.members([...services]);
    expect(orphansOf(receiver.spansOf(traceId), root)).to.deep.equal([]);
  };

  it("through all eight services, every span beneath the client's", async () => {
    const trace = await placeTraced("DELIVERED");
    await expectWhole(trace, onTheWay);
    expect(servicesIn(trace.traceId).size).to.equal(onTheWay.length);
  });

  it("for each order of a batch its own, linked to the batches that it was worked on in", async () => {
    const traces = await Promise.all(Array.from({ length: 20 }, () => placeTraced("DELIVERED")));
    for (const trace of traces) await expectWhole(trace, always);
    for (const { traceId } of traces) {
      const batches = receiver.linkedTo(traceId).map(({ service }) => service);
      expect(batches).to.include.members(always);
    }
  });

  it("also where the payment's answer comes later", async () => {
    await expectWhole(await placeTraced("DELIVERED", { paymentMethod: "pm_pending" }), always);
  });

  it("also to an order's cancellation, and what is released by it", async () => {
    const trace = await placeTraced("CANCELLED", { paymentMethod: "pm_declined" });
    const cancelled = () =>
      receiver
        .spansOf(trace.traceId)
        .filter(({ service, name }) => service === "item" && name === "item.reservations");
    await eventually("hold and release", () => cancelled().length === 2, exportedWithinMs);
    await expectWhole(trace, ["order", "status", "item", "payment", "workflow"]);
  });
});

/** Spans whose parent is neither the client's span nor one of the trace. */
function orphansOf(spans: readonly ExportedSpan[], root: string): readonly ExportedSpan[] {
  const known = new Set([root, ...spans.map(({ spanId }) => spanId)]);
  return spans.filter(({ parentSpanId }) => !known.has(parentSpanId));
}
