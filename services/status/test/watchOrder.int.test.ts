import { OrderState, type WatchStatusesResponse } from "@waybill/contracts/status";
import { expect } from "chai";
import { alice, delivery, move, refused, shipping } from "./support/asking.ts";
import { type Replica, startReplica } from "./support/replica.ts";

const stepsOf = (answers: readonly WatchStatusesResponse[]): string[] =>
  answers.map(({ transition }) => `${transition?.version}:${transition?.to}`);

/** The whole way of an order, as the watch tells it. */
const wholeWay = [
  `1:${OrderState.PENDING}`,
  `2:${OrderState.CONFIRMED}`,
  `3:${OrderState.PROCESSING}`,
  `4:${OrderState.SHIPPED}`,
  `5:${OrderState.DELIVERED}`,
];

describe("watching one order", () => {
  let replica: Replica;
  let other: Replica;

  before(async () => {
    replica = await startReplica();
    other = await startReplica({ url: replica.url });
  });

  after(async () => {
    await other[Symbol.asyncDispose]();
    await replica[Symbol.asyncDispose]();
  });

  async function place(orderId: string): Promise<void> {
    await replica.client.createStatus({ orderId, userId: "alice" });
    await replica.client.markTried({ orderId });
  }

  /** All answers until the stream ends by itself; `onAnswer` runs after each. */
  async function watch(
    request: { orderId: string; afterVersion?: number },
    onAnswer: (count: number) => Promise<unknown> = async () => {},
  ): Promise<WatchStatusesResponse[]> {
    const answers: WatchStatusesResponse[] = [];
    for await (const answer of replica.client.watchStatuses(request)) {
      answers.push(answer);
      await onAnswer(answers.length);
    }
    return answers;
  }

  const onwards = (orderId: string) => [
    move(orderId, "PENDING", "CONFIRMED"),
    move(orderId, "CONFIRMED", "PROCESSING"),
    move(orderId, "PROCESSING", "SHIPPED", shipping),
    move(orderId, "SHIPPED", "DELIVERED", delivery),
  ];

  it("tells each transition as it happens, on whichever replica, and ends with the order", async () => {
    await place("live");
    const steps = onwards("live");
    const answers = await watch({ orderId: "live" }, async (count) => {
      const step = steps[count - 1];
      const on = count % 2 === 0 ? other : replica;
      if (step !== undefined) await on.client.updateStatus(step);
    });
    expect(stepsOf(answers)).to.deep.equal(wholeWay);
  });

  it("resumes after the version last seen, without gaps or repeats", async () => {
    await place("resumed");
    await replica.client.batchUpdateStatuses({ requests: onwards("resumed") });
    for (const afterVersion of [0, 1, 2, 3, 4]) {
      const answers = await watch({ orderId: "resumed", afterVersion });
      expect(stepsOf(answers), `after ${afterVersion}`).to.deep.equal(wholeWay.slice(afterVersion));
    }
  });

  it("ends at once when there is nothing more to come", async () => {
    await place("ended");
    await replica.client.updateStatus(move("ended", "PENDING", "CANCELLED", alice));
    expect(await watch({ orderId: "ended", afterVersion: 2 })).to.be.empty;
  });

  it("is OUT_OF_RANGE after a version that the order has not got to", async () => {
    await place("early");
    const ahead = { orderId: "early", afterVersion: 2 };
    expect(await refused(watch(ahead))).to.equal("OUT_OF_RANGE POSITION_GONE");
    await replica.client.updateStatus(move("early", "PENDING", "CANCELLED", alice));
    const beyond = { orderId: "early", afterVersion: 3 };
    expect(await refused(watch(beyond))).to.equal("OUT_OF_RANGE POSITION_GONE");
  });

  it("misses nothing that is moved in one go while many watch", async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `many-${index}`);
    await Promise.all(ids.map(place));
    const watching = ids.map((orderId) => watch({ orderId }));
    const requests = ids.flatMap(onwards);
    await other.client.batchUpdateStatuses({ requests });
    for (const answers of await Promise.all(watching)) {
      expect(stepsOf(answers)).to.deep.equal(wholeWay);
    }
  });
});
