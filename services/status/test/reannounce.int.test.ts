import { ordersStream } from "@waybill/contracts/events";
import { sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import type { JournalRow } from "../src/events/journal.ts";
import { toOutgoingEvent } from "../src/events/journal.ts";
import { reannounce } from "../src/events/reannounce.ts";
import { alice, move, shipping, until } from "./support/asking.ts";
import { patienceMs, type Replica, startReplica } from "./support/replica.ts";

const publishedStatement = sql(
  "test_published",
  `with position as (insert into stream_positions (stream) values ('ORDERS') on conflict do nothing)
    update transitions set published_seq = 1 where published_seq is null`,
);
const earlierStatement = sql(
  "test_earlier",
  `update statuses set reannounce_at = reannounce_at - $1 * interval '1 ms',
    moved_at = moved_at - $1 * interval '1 ms'`,
);
/** Orders that are open, and are to be looked at in an hour. */
const openStatement = sql(
  "test_open_statuses",
  `insert into statuses (order_id, user_id, state, version, tried, reservation_mode, placed_at,
      moved_at, reason, traceparent, reannounce_at)
    select 'open' || n, 'alice', 'PENDING', 1, false, 'HELD', now() - interval '1 h',
      now() - interval '1 h', '', '', now() + interval '1 h'
      from generate_series(1, $1::int) n`,
);
const analyzeStatement = sql("test_analyze", "analyze");
const dueStatement = sql(
  "test_due",
  `select order_id, reannouncements,
      round(extract(epoch from reannounce_at - now()))::int as in_s
    from statuses where reannounce_at is not null order by order_id`,
);

describe("announcing orders again", () => {
  let replica: Replica;
  let announced: string[];

  beforeEach(async () => {
    replica = await startReplica();
    announced = [];
  });

  afterEach(() => replica[Symbol.asyncDispose]());

  const idOf = (row: JournalRow): string => {
    const { id, publication } = toOutgoingEvent(row);
    return `${id}#${publication}`;
  };
  const announceAgain = () =>
    reannounce(replica.db, patienceMs, (rows) => void announced.push(...rows.map(idOf)))();
  const letPass = (ms: number) => replica.db.run(earlierStatement, [ms]);
  const due = () => replica.db.rows(dueStatement);

  async function place(...orderIds: string[]): Promise<void> {
    const requests = orderIds.map((orderId) => ({ orderId, userId: "alice" }));
    await replica.client.batchCreateStatuses({ requests });
    await replica.db.run(publishedStatement);
  }

  it("begins after 30 s without a move, doubles the interval, and counts the publications", async () => {
    await place("o");
    await announceAgain();
    expect(announced).to.be.empty;
    for (const [round, intervalMs] of [30_000, 60_000, 120_000, 240_000].entries()) {
      await letPass(intervalMs - 1_500);
      await announceAgain();
      expect(announced, `before ${intervalMs} ms`).to.have.length(round);
      await letPass(1_500);
      await announceAgain();
      expect(announced.at(-1)).to.equal(`o.1#${round + 2}`);
    }
    expect(announced).to.have.length(4);
  });

  it("waits for no longer than an hour", async () => {
    await place("o");
    for (let round = 0; round < 12; round++) {
      await letPass(3_600_000);
      await announceAgain();
    }
    expect(announced).to.have.length(12);
    expect(await due()).to.deep.equal([{ order_id: "o", reannouncements: 12, in_s: 3_600 }]);
  });

  it("leaves alone what has ended", async () => {
    await place("cancelled", "delivered");
    const { client } = replica;
    await client.markTried({ orderId: "delivered" });
    await client.batchUpdateStatuses({
      requests: [
        move("cancelled", "PENDING", "CANCELLED", alice),
        move("delivered", "PENDING", "CONFIRMED"),
        move("delivered", "CONFIRMED", "PROCESSING"),
        move("delivered", "PROCESSING", "SHIPPED", shipping),
        move("delivered", "SHIPPED", "DELIVERED", { ...shipping, id: "delivery" }),
      ],
    });
    await replica.db.run(publishedStatement);
    await letPass(3_600_000);
    await announceAgain();
    expect(announced).to.be.empty;
    expect(await due()).to.be.empty;
  });

  it("begins anew with each move, and announces the last one", async () => {
    await place("o");
    await letPass(30_000);
    await announceAgain();
    await replica.client.markTried({ orderId: "o" });
    await replica.client.updateStatus(move("o", "PENDING", "CONFIRMED"));
    await replica.db.run(publishedStatement);
    await letPass(25_000);
    await announceAgain();
    expect(announced).to.deep.equal(["o.1#2"]);
    await letPass(5_000);
    await announceAgain();
    expect(announced).to.deep.equal(["o.1#2", "o.2#2"]);
  });

  it("reads the orders that are to be looked at, and no more, however many are open", async () => {
    await replica.db.run(openStatement, [5_000]);
    await place("left");
    await letPass(30_000);
    await replica.db.run(analyzeStatement);
    const rows = await rowsRead(replica.db, (db) =>
      reannounce(db, patienceMs, (all) => void announced.push(...all.map(idOf)))(),
    );
    expect(announced).to.deep.equal(["left.1#2"]);
    expect(rows).to.be.lessThan(50);
  });

  it("puts off an order that has moved until it has not for 30 s", async () => {
    await place("o");
    await letPass(20_000);
    await replica.client.markTried({ orderId: "o" });
    await replica.client.updateStatus(move("o", "PENDING", "CONFIRMED"));
    await replica.db.run(publishedStatement);
    expect(await due(), "not by the move, which is to be a heap-only update").to.deep.equal([
      { order_id: "o", reannouncements: 0, in_s: 10 },
    ]);
    await letPass(10_000);
    await announceAgain();
    expect(announced).to.be.empty;
    expect(await due()).to.deep.equal([{ order_id: "o", reannouncements: 0, in_s: 20 }]);
    await letPass(20_000);
    await announceAgain();
    expect(announced).to.deep.equal(["o.2#2"]);
  });

  it("waits for marks of publications before it locks a transition, so that neither waits in a circle", async () => {
    await place("o");
    await letPass(30_000);
    const announcing = await replica.db.transaction(async (tx) => {
      await tx.rows(sql("test_hold", "select from stream_positions for no key update"));
      const end = announceAgain();
      await until("it waits", async () => {
        const [found] = await tx.rows<{ waiting: bigint }>(
          sql("test_waiting", "select count(*) as waiting from pg_locks where not granted"),
        );
        return found?.waiting === 1n;
      });
      const free = sql("test_free", "select order_id from transitions for update nowait");
      expect(await tx.rows(free)).to.have.length(1);
      return { end };
    });
    await announcing.end;
    expect(announced).to.deep.equal(["o.1#2"]);
  });

  it("does not begin anew when the order is only marked as tried", async () => {
    await place("o");
    await letPass(30_000);
    await announceAgain();
    await replica.client.markTried({ orderId: "o" });
    expect(await due()).to.deep.equal([{ order_id: "o", reannouncements: 1, in_s: 60 }]);
  });

  it("leaves to the relay what has not been published yet", async () => {
    const { client } = replica;
    await client.createStatus({ orderId: "unpublished", userId: "alice" });
    await letPass(30_000);
    await announceAgain();
    expect(announced).to.be.empty;
  });

  it("announces each order once when replicas do it at the same time", async () => {
    await using other = await startReplica({ url: replica.url });
    await place(...Array.from({ length: 400 }, (_, index) => `o${index}`));
    await letPass(30_000);
    const publish = (rows: readonly JournalRow[]) => void announced.push(...rows.map(idOf));
    const rounds = [replica, other, replica, other].map(({ db }) =>
      reannounce(db, patienceMs, publish)(),
    );
    await Promise.all(rounds);
    await announceAgain();
    expect(announced).to.have.length(400);
    expect(new Set(announced)).to.have.length(400);
  });
});

describe("publishing what is pending", () => {
  it("sends of the orders named what the stream does not have, once", async () => {
    await using nats = await startNats({ dataDir: testFolder("status-nats") });
    await using cutOff = await startReplica();
    const requests = ["a", "b"].map((orderId) => ({ orderId, userId: "alice" }));
    await cutOff.client.batchCreateStatuses({ requests });
    // So young that the sweeper leaves them alone.
    await cutOff.db.run(
      sql("test_young", "update transitions set occurred_at = now() + interval '1 h'"),
    );
    await using replica = await startReplica({ url: cutOff.url, natsUrl: nats.url });
    const pending = async () =>
      (
        await replica.db.rows(
          sql("test_pending", "select order_id from transitions where published_seq is null"),
        )
      ).length;
    const publish = () => replica.client.publishTransitions({ orderIds: ["a", "none"] });
    await until("its relay is ready, and it is published", async () => {
      expect((await publish()).transitions).to.be.at.most(1);
      return (await pending()) === 1;
    });
    expect((await publish()).transitions).to.equal(0);
    const state = await replica.messaging.streamState(ordersStream);
    expect(state?.lastSequence).to.equal(1n);
  });
});
