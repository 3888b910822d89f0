import { orderSubject, ordersStream, paymentsStream } from "@waybill/contracts/events";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilState, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { type JetStream, openJetStream } from "./support/jetStream.ts";
import {
  coordinator,
  customer,
  openShop,
  place,
  placeMany,
  request,
  whileOrdersFlow,
} from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

describe("whatever JetStream loses, every order ends as it should", () => {
  let stack: Stack;
  let clients: Clients;
  let jetStream: JetStream;

  before(async () => {
    stack = await commonStack();
    clients = connectClients(stack);
    jetStream = await openJetStream(stack);
    await openShop(clients);
  });

  after(async () => {
    await jetStream[Symbol.asyncDispose]();
    await clients[Symbol.asyncDispose]();
  });

  /** Orders flow, and the events of some of them wait for a paused workflow when it happens. */
  const survives = async (name: string, happen: () => Promise<unknown>) => {
    const orders = await whileOrdersFlow(clients, name, async () => {
      await stack.kill("workflow", "SIGSTOP");
      await placeMany(clients, `${name}-waiting`, 10);
      await happen();
      await stack.kill("workflow", "SIGCONT");
    });
    await untilTerminal(stack, orders);
    await expectBalancedBooks(stack, orders);
  };

  it("one event of each kind, before its consumer has seen it", async () => {
    await stack.halt("delivery");
    const shipped = await place(clients, "lost-shipped");
    await untilState(stack, shipped.orderId, "SHIPPED");

    await stack.halt("shipping");
    const processing = await place(clients, "lost-processing");
    await untilState(stack, processing.orderId, "PROCESSING");

    const orderId = "lost-confirmed";
    await eventually("both Tries", () => clients.order.tryOrder({ order: request({ orderId }) }));
    await stack.halt("workflow");
    await clients.order.confirmOrder({ orderId, actor: coordinator });
    const placed = await place(clients, "lost-placed");
    const cancelled = await place(clients, "lost-cancelled");
    await clients.order.cancelOrder({ orderId: cancelled.orderId, actor: customer });

    for (const [event, id] of [
      ["shipped", shipped.orderId],
      ["processing", processing.orderId],
      ["confirmed", orderId],
      ["placed", placed.orderId],
      ["placed", cancelled.orderId],
      ["cancelled", cancelled.orderId],
    ] as const) {
      await jetStream.deleteMessage(ordersStream, orderSubject(event, id));
    }
    await Promise.all([stack.resume("delivery"), stack.resume("shipping")]);
    await stack.resume("workflow");

    const orders = [shipped, processing, placed, cancelled].map((order) => order.orderId);
    const ended = await untilTerminal(stack, [...orders, orderId]);
    expect(ended).to.deep.equal({ delivered: 4, cancelled: 1 });
    await expectBalancedBooks(stack);
  });

  it("all events, while orders flow", () =>
    survives("purge", () => jetStream.manager.streams.purge(ordersStream.name)));

  it("the stream, which its owner creates anew", () =>
    survives("delete", async () => {
      await jetStream.manager.streams.delete(ordersStream.name);
      await eventually("the stream is back", () =>
        jetStream.manager.streams.info(ordersStream.name),
      );
    }));

  it("the stream, which somebody else creates anew at once", () =>
    survives("replace", () => jetStream.replace(ordersStream)));

  it("the durables of all consumers", () =>
    survives("durables", async () => {
      for (const durable of ["workflow", "shipping", "delivery"])
        await jetStream.manager.consumers.delete(ordersStream.name, durable);
    }));

  it("the stream of late answers, while one is waited for", async () => {
    const { orderId } = await place(clients, "late", { paymentMethod: "pm_pending" });
    await jetStream.manager.streams.delete(paymentsStream.name);
    expect(await untilTerminal(stack, [orderId])).to.deep.equal({ delivered: 1, cancelled: 0 });
    await expectBalancedBooks(stack);
  });
});
