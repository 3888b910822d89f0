import { type BatchObservableCallback, type MeterProvider, metrics } from "@opentelemetry/api";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { done } from "../src/index.ts";
import { connectTo, eventOf, freshStream, testerOf, until } from "./support.ts";

/** Stands in for the SDK: answers what a scrape would show. */
function scraper() {
  const callbacks: BatchObservableCallback[] = [];
  const meter = {
    createObservableGauge: (name: string) => ({ name }),
    addBatchObservableCallback: (callback: BatchObservableCallback) => callbacks.push(callback),
    removeBatchObservableCallback: () => {},
  };
  metrics.setGlobalMeterProvider({ getMeter: () => meter } as unknown as MeterProvider);
  return async () => {
    const values = new Map<string, number>();
    const observe = ({ name }: { name: string }, value: number) => values.set(name, value);
    for (const callback of callbacks) await callback({ observe } as never);
    return values;
  };
}

describe("how far a consumer is behind", () => {
  afterEach(() => metrics.disable());

  it("is told by what it has not settled, the oldest of that, and nothing once all is done", async () => {
    const scrape = scraper();
    await using messaging = await connectTo((await testServers()).natsUrl);
    const stream = freshStream();
    await messaging.ensureStream(stream);
    const gate = Promise.withResolvers<void>();
    messaging.consume({
      ...testerOf(stream),
      maxBatch: 2,
      handle: async (events) => {
        await gate.promise;
        return events.map(() => done);
      },
    });
    const published = Date.now();
    for (let index = 0; index < 10; index += 1)
      await messaging.publish(eventOf(stream, `event ${index}`));
    const behind = await until("six are left to the server", scrape, (values) => {
      return values.get("waybill.consumer.pending") === 6;
    });
    expect(behind.get("waybill.consumer.ack_pending")).to.equal(4); // A lane's two, and the next two.
    expect(behind.get("waybill.consumer.redelivered")).to.equal(0);
    const sincePublished = (Date.now() - published) / 1_000;
    expect(behind.get("waybill.consumer.oldest_age")).to.be.within(0, sincePublished + 1);
    await until("the oldest grows older", scrape, (values) => {
      return (values.get("waybill.consumer.oldest_age") ?? 0) > 0.2;
    });
    gate.resolve();
    const after = await until("all are settled", scrape, (values) => {
      return values.get("waybill.consumer.ack_pending") === 0;
    });
    expect(after.get("waybill.consumer.pending")).to.equal(0);
    expect(after.get("waybill.consumer.oldest_age")).to.equal(0);
    expect(after.get("waybill.messaging.connected")).to.equal(1);
  });
});
