import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CreateOrderRequest } from "@waybill/contracts/order";
import type { ExportedSpan } from "@waybill/otlp";
import { Metadata } from "@waybill/rpc";
import { type Stack, serviceNames } from "@waybill/stack";
import { expect } from "chai";
import { untilState } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { openJetStream } from "./support/jetStream.ts";
import { type KeptExports, keepExports } from "./support/keptExports.ts";
import { openShop, request } from "./support/shop.ts";
import { drawTree } from "./support/spanTree.ts";
import { startTestStack } from "./support/stack.ts";

/** Spans are sent every 200 ms. */
const exportedWithinMs = 5_000;

/** All on the way of a call that does not come through the gateway. */
const onTheWay = serviceNames.filter((name) => name !== "gateway");

/** All of them but user, which is asked once for the customers that order does not remember. */
const always = onTheWay.filter((name) => name !== "user");

/** What an order's trace is beneath the client's span. A batch's own spans are roots elsewhere, linked with these. */
const accepted = [
  "order waybill.order.v1.OrderService/CreateOrder",
  "  item item.reservations try done",
  "  notification process notification placed done",
  "  order order.place accepted",
  "  status status.commands create moved PENDING",
  "  workflow process workflow placed done",
];

const ordinary = [
  ...accepted,
  "    notification process notification confirmed done",
  "    payment payment.operate try done",
  "    payment provider authorize",
  "      payment provider.serve",
  "    payment provider capture",
  "      payment provider.serve",
  "    status status.commands move moved CONFIRMED",
  "    workflow process workflow confirmed done",
  "      item item.reservations confirm done",
  "      notification process notification processing done",
  "      payment payment.operate confirm done",
  "      shipping process shipping processing done",
  "        delivery process delivery shipped done",
  "          notification process notification delivered done",
  "          status status.commands move moved DELIVERED",
  "          workflow process workflow delivered done",
  "        notification process notification shipped done",
  "        status status.commands move moved SHIPPED",
  "        workflow process workflow shipped done",
  "      status status.commands move moved PROCESSING",
  "      workflow process workflow processing done",
];

const declined = [
  ...accepted,
  "    notification process notification cancelled done",
  "    payment payment.operate try refused PAYMENT_DECLINED",
  "    payment provider authorize",
  "      payment provider.serve",
  "    status status.commands move moved CANCELLED PAYMENT_DECLINED",
  "    workflow process workflow cancelled done",
  "      item item.reservations cancel done",
  "      payment payment.operate cancel done",
];

const deadLettered = [
  "notification process notification processing dead (dead letter)",
  "shipping process shipping processing dead (dead letter)",
  "workflow process workflow processing dead (dead letter)",
];

describe("one trace id leads from the request to the delivery", () => {
  let receiver: KeptExports;
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    receiver = await keepExports();
    // Nothing is announced again or reaped meanwhile: each order's spans are those of one undisturbed passage.
    const undisturbed = { REANNOUNCE_AFTER: "60s", HOLD_EXPIRY: "60s" };
    stack = await startTestStack({ env: { ...undisturbed, ...receiver.env } });
    clients = connectClients(stack);
    await openShop(clients);
  });

  after(async () => {
    await clients[Symbol.asyncDispose]();
    await stack.stop();
    await receiver[Symbol.asyncDispose]();
  });

  /** A trace that the client begins, and the metadata of calls in it. */
  const traced = () => {
    const traceId = randomBytes(16).toString("hex");
    const root = randomBytes(8).toString("hex");
    return { traceId, root, of: Metadata({ traceparent: `00-${traceId}-${root}-01` }) };
  };

  /** Places an order in a trace of its own, and waits until it is in that state. */
  const placeTraced = async (state: string, given: Partial<CreateOrderRequest> = {}) => {
    const trace = traced();
    const { order } = await clients.order.createOrder(request(given), { metadata: trace.of });
    await untilState(stack, order?.orderId ?? "", state);
    return trace;
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

  /** Waits until the trace has come as it is expected, and shows the difference if it does not. */
  const expectTree = async (trace: { traceId: string; root: string }, expected: string[]) => {
    // Whether order asks for the user depends on how long ago it last did.
    const isConstant = ({ name }: ExportedSpan) => !name.startsWith("waybill.user.");
    const tree = () => drawTree(receiver.spansOf(trace.traceId).filter(isConstant), trace.root);
    const come = () => tree().join() === expected.join();
    await eventually("the trace is as expected", come, exportedWithinMs).catch(() => {});
    expect(tree()).to.deep.equal(expected);
  };

  it("with these spans for an ordinary order", async () => {
    await expectTree(await placeTraced("DELIVERED"), ordinary);
  });

  it("with these spans for a declined one", async () => {
    await expectTree(await placeTraced("CANCELLED", { paymentMethod: "pm_declined" }), declined);
  });

  it("with the same spans for one that was accepted while status was away", async () => {
    await stack.halt("status");
    const metadata = traced();
    const { order } = await clients.order.createOrder(request({}), { metadata: metadata.of });
    await stack.resume("status");
    await untilState(stack, order?.orderId ?? "", "DELIVERED");
    await expectTree(metadata, ordinary);
    const fallbacks = receiver.spans.filter(has("fallback"));
    expect(fallbacks.map(({ service, name }) => `${service} ${name}`)).to.include(
      "order batch order.place",
    );
    const calls = receiver.spans.filter(has("attempt failed"));
    expect(calls.map(({ attributes }) => attributes["server.address"])).to.include("status");
  });

  it("and to the message that nobody can read, with how often it was delivered", async () => {
    const trace = traced();
    await using jetStream = await openJetStream(stack);
    const traceparent = `00-${trace.traceId}-${trace.root}-01`;
    const garbage = new Uint8Array([0xff]);
    await jetStream.publish("orders.v1.processing.unreadable", garbage, traceparent);
    await expectTree(trace, deadLettered);
  });

  it("and tells nothing secret, nor do the logs", async () => {
    const secrets = {
      card: "4242424242424242",
      password: "correct-horse-7f3a",
      mail: "planted.person@example.net",
      address: "7 Planted Lane",
      token: `planted.${randomBytes(12).toString("hex")}`,
    };
    const { mail: email, password, card: paymentMethod } = secrets;
    const refused = () => {}; // What comes of it does not matter here.
    await clients.user.createUser({ userId: "planted", name: "P", email, password });
    await clients.user.authenticate({ email, password });
    await clients.user.authenticate({ email, password: `${password}!` }).catch(refused);
    await clients.order.createOrder(request({ paymentMethod })).catch(refused);
    const authorization = `Bearer ${secrets.token}`;
    const door = `http://${stack.address("gateway")}/api`;
    await fetch(`${door}/orders`, { headers: { authorization } });
    await fetch(`${door}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password: secrets.password }),
    });
    const place = { postalCode: "1", city: "X", region: "", country: "DE" };
    const shipTo = { name: "P", street: [secrets.address], ...place };
    const trace = await placeTraced("DELIVERED", { userId: "planted", shipTo });
    await expectTree(trace, ordinary);
    const logs = readdirSync(join(stack.dataDir, "logs"))
      .filter((name) => !/^(postgres|nats)/.test(name))
      .map((name) => readFileSync(join(stack.dataDir, "logs", name), "utf8"));
    const all = [...receiver.bodies, ...logs].join("\n");
    const found = Object.entries(secrets).filter(([, secret]) => all.includes(secret));
    expect(found.map(([name]) => name)).to.deep.equal([]);
  });
});

const has =
  (event: string) =>
  ({ events }: ExportedSpan): boolean =>
    events.some(({ name }) => name === event);

/** Spans whose parent is neither the client's span nor one of the trace. */
function orphansOf(spans: readonly ExportedSpan[], root: string): readonly ExportedSpan[] {
  const known = new Set([root, ...spans.map(({ spanId }) => spanId)]);
  return spans.filter(({ parentSpanId }) => !known.has(parentSpanId));
}
