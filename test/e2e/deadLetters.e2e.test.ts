import { ordersStream } from "@waybill/contracts/events";
import { Refusal, Status } from "@waybill/rpc";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { type JetStream, openJetStream } from "./support/jetStream.ts";
import { openShop, placeMany } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

const garbage = Buffer.from("ffffffffff", "hex");
const nothing = new Uint8Array(); // Decodes, as an event of no order.

describe("messages that nobody can handle", () => {
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

  const list = async () => (await clients.workflow.listDeadLetters({})).deadLetters;

  /** Every consumer gives up for itself: workflow and notification read all events of orders. */
  const listOf = async (consumer: string) =>
    (await list()).filter((letter) => letter.consumer === consumer);

  const untilListed = (consumer: string, count: number) =>
    eventually(`${count} dead letters of ${consumer}`, async () => {
      const letters = await listOf(consumer);
      return letters.length === count && letters;
    });

  const discardAll = async () => {
    for (const { deadLetterId } of await list()) {
      await clients.workflow.discardDeadLetter({ deadLetterId, reason: "a test" });
      await clients.workflow.discardDeadLetter({ deadLetterId, reason: "a test" });
    }
  };

  for (const [consumer, event] of [
    ["workflow", "placed"],
    ["shipping", "processing"],
    ["delivery", "shipped"],
  ] as const) {
    it(`are given up by ${consumer}, with the reason; their neighbours in the batch are handled`, async () => {
      await discardAll();
      const subject = `orders.v1.${event}.x`;
      await stack.kill(consumer, "SIGSTOP");
      const orders = await placeMany(clients, `${consumer}-before`, 5);
      await jetStream.publish(subject, garbage);
      await jetStream.publish(subject, nothing);
      orders.push(...(await placeMany(clients, `${consumer}-after`, 5)));
      await stack.kill(consumer, "SIGCONT");

      const letters = await untilListed(consumer, 2);
      expect(letters.map(({ payload }) => payload.length)).to.deep.equal([garbage.length, 0]);
      for (const letter of letters) {
        expect(letter).to.include({ consumer, stream: ordersStream.name, subject });
        expect(letter.reason).to.be.oneOf(["UNDECODABLE", "INVALID_EVENT"]);
        expect(letter.error).not.to.equal("");
        expect(letter.sequence > 0n).to.equal(true);
      }
      const ended = await untilTerminal(stack, orders);
      expect(ended).to.deep.equal({ delivered: 10, cancelled: 0 });
      await expectBalancedBooks(stack);
    });
  }

  it("are published again on demand, under another place in the list when they fail again", async () => {
    await discardAll();
    await jetStream.publish("orders.v1.placed.x", garbage);
    const letters = await untilListed("workflow", 1);
    const letter = letters.find(({ reason }) => reason === "UNDECODABLE");
    if (letter === undefined) throw new Error("It is listed with another reason");
    const { deadLetterId } = letter;
    const { sequence } = await clients.workflow.replayDeadLetter({ deadLetterId });
    expect(sequence > letter.sequence).to.equal(true);
    const again = await eventually("it fails again", async () =>
      (await listOf("workflow")).find((each) => each.sequence === sequence),
    );
    expect(again.deadLetterId).not.to.equal(deadLetterId);
    expect([...again.payload]).to.deep.equal([...garbage]);
    expect(await listOf("workflow")).to.have.length(letters.length);
    await untilListed("notification", 2);
    const repeated = clients.workflow.replayDeadLetter({ deadLetterId });
    const refusal = await repeated.catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(Refusal).and.to.include({ code: Status.NOT_FOUND });
  });

  it("are discarded on demand, which may be repeated", async () => {
    expect(await list()).not.to.deep.equal([]);
    await discardAll();
    expect(await list()).to.deep.equal([]);
  });
});
