import { type Database, type Statement, sql } from "@waybill/persistence";
import { expect } from "chai";
import { recordNotifications } from "../src/app/recordNotifications.ts";
import { listNotifications } from "../src/db/notificationStore.ts";
import { takeDueSendings } from "../src/db/sendingStore.ts";
import type { Outcome } from "../src/provider/provider.ts";
import { everybody, fakeApp, fakeProvider, news } from "./support/fakes.ts";
import { freshDatabase, noOutbox, progress, until } from "./support/testBed.ts";

const never = new AbortController().signal;
const taking = () => fakeProvider(() => ({ kind: "sent" }));
const versions = (orderId: string, count: number) =>
  Array.from({ length: count }, (_, index) => news(orderId, { version: index + 1 }));

const countSendings = sql("count_sendings", "select count(*)::int as count from sendings");
const sendingRows = async (db: Database): Promise<number | undefined> =>
  (await db.rows<{ count: number }>(countSendings))[0]?.count;

const errorsOf = async (db: Database): Promise<string[]> =>
  (await listNotifications(db, { userId: "", orderId: "" }, undefined, 100)).flatMap(
    ({ sendings }) => sendings.map(({ lastError }) => lastError),
  );

const others = { lease: "another", leaseMs: 60_000, limit: 100 };

/** The database, which refuses to record the first time. */
function refusingOnce(db: Database): Database {
  let refusals = 1;
  return new Proxy(db, {
    get: (target, name) => {
      if (name !== "rows")
        return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
      return async (statement: Statement, parameters: unknown[]) => {
        if (statement.name.startsWith("insert_notifications") && refusals-- > 0)
          throw new Error("the database is gone");
        return target.rows(statement, parameters);
      };
    },
  });
}

const rejection = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: Error) => error.message,
  );

describe("notifications of what has just happened", () => {
  it("are sent, in the order of an order's versions, and recorded as sent in one step", async () => {
    await using db = await freshDatabase();
    const provider = taking();
    await using app = fakeApp(db, provider);
    const before = Date.now();
    await app.record(...versions("now", 3).reverse());
    expect(provider.given).to.deep.equal(["now.1", "now.2", "now.3"]);
    expect(await progress(db)).to.deep.equal([1, 2, 3].map((each) => `now.${each} EMAIL SENT 1`));
    expect(await sendingRows(db)).to.equal(0);
    const [latest] = await listNotifications(db, { userId: "", orderId: "now" }, undefined, 1);
    expect(latest?.sendings[0]?.sentAt?.getTime()).to.be.within(before - 1_000, Date.now() + 1_000);
  });

  it("that are delivered again, or twice in a batch, are not sent again", async () => {
    await using db = await freshDatabase();
    const provider = taking();
    await using app = fakeApp(db, provider);
    await app.record(news("again"), news("again"));
    await app.record(news("again"), news("new"));
    await using another = fakeApp(db, provider);
    await another.record(news("again"), news("new"));
    expect(provider.given).to.deep.equal(["again.1", "new.1"]);
    expect(await progress(db)).to.deep.equal(["again.1 EMAIL SENT 1", "new.1 EMAIL SENT 1"]);
  });

  it("that were sent and not recorded come again: this process does not repeat them, the next one does", async () => {
    await using db = await freshDatabase();
    const provider = taking();
    const told = versions("lost", 2);
    await using app = fakeApp(refusingOnce(db), provider);
    expect(await rejection(app.record(...told))).to.equal("the database is gone");
    expect(await progress(db)).to.deep.equal([]);
    await app.record(...told);
    expect(provider.given).to.deep.equal(["lost.1", "lost.2"]);
    expect(await progress(db)).to.deep.equal(["lost.1 EMAIL SENT 1", "lost.2 EMAIL SENT 1"]);

    await using dying = fakeApp(refusingOnce(db), provider);
    await rejection(dying.record(news("dead")));
    await using next = fakeApp(db, provider);
    await next.record(news("dead"));
    expect(provider.given.slice(2)).to.deep.equal(["dead.1", "dead.1"]);
    expect(await progress(db)).to.include("dead.1 EMAIL SENT 1");
  });

  it("are recorded at once while the provider is away, which is found out once", async () => {
    await using db = await freshDatabase();
    const provider = fakeProvider(() => ({ kind: "away", error: "ECONNREFUSED" }));
    const minutes = 600_000;
    const times = { firstMs: minutes, capMs: minutes, awayCapMs: minutes, giveUpAfterMs: minutes };
    await using app = fakeApp(db, provider, { times });
    await app.record(...versions("first", 10));
    expect(provider.given).to.deep.equal(["first.1", "first.2"]); // As many as it takes at a time.
    await app.record(...versions("second", 10));
    expect(provider.given).to.have.length(2);
    const all = await progress(db);
    expect(all.filter((each) => / EMAIL WAITING /.test(each))).to.have.length(20);
    expect(all.filter((each) => / WAITING 1$/.test(each))).to.have.length(2);
    expect((await errorsOf(db)).filter((error) => error !== "")).to.deep.equal([
      "ECONNREFUSED",
      "ECONNREFUSED",
    ]);
    expect(await takeDueSendings(db, "EMAIL", others)).to.have.length(18); // Anybody may try.
  });

  it("are recorded at once while the user service is away", async () => {
    await using db = await freshDatabase();
    const provider = taking();
    let asked = 0;
    const users = async () => {
      asked += 1;
      throw new Error("UNAVAILABLE");
    };
    await using app = fakeApp(db, provider, { users });
    await app.record(...versions("first", 3));
    await app.record(...versions("second", 3));
    expect(asked).to.equal(1);
    expect(provider.given).to.deep.equal([]);
    expect(await progress(db)).to.have.length(6);
    expect((await errorsOf(db)).toSorted()).to.deep.equal(
      ["", "", ""].concat(Array(3).fill("the user service is away")),
    );
  });

  it("wait for a silent user service no longer than the patience", async () => {
    await using db = await freshDatabase();
    const provider = taking();
    const answer = Promise.withResolvers<void>();
    const users: typeof everybody = (asked) => answer.promise.then(() => everybody(asked));
    await using app = fakeApp(db, provider, { users, patienceMs: 50 });
    await app.record(...versions("silent", 3));
    expect(await progress(db)).to.deep.equal(
      [1, 2, 3].map((each) => `silent.${each} EMAIL WAITING 0`),
    );
    expect(provider.given).to.deep.equal([]);
    answer.resolve();
    await app.sender.run(never); // Looks for what is due.
    await app.sender.run(never);
    expect(provider.given).to.deep.equal(["silent.1", "silent.2", "silent.3"]);
  });

  it("wait for a slow provider no longer than the patience; each is sent once, in order, by whoever began", async () => {
    await using db = await freshDatabase();
    const slow = Promise.withResolvers<Outcome>();
    const provider = fakeProvider(() => slow.promise);
    await using app = fakeApp(db, provider, { patienceMs: 50 });
    await app.record(...versions("slow", 4));
    const waiting = [1, 2, 3, 4].map((each) => `slow.${each} EMAIL WAITING 0`);
    expect(await progress(db)).to.deep.equal(waiting);
    expect(provider.given).to.deep.equal(["slow.1", "slow.2"]); // Under way.
    expect(await takeDueSendings(db, "EMAIL", others)).to.deep.equal([]); // They are ours.
    await app.record(news("slow", { version: 5 })); // Does not overtake.
    expect(provider.given).to.have.length(2);
    slow.resolve({ kind: "sent" });
    await until(
      "all sent",
      async () => {
        await app.sender.run(never);
        return progress(db);
      },
      (all) => all.every((each) => / SENT 1$/.test(each)),
    );
    expect(provider.given).to.deep.equal([1, 2, 3, 4, 5].map((each) => `slow.${each}`));
  });

  it("that are under way when they cannot be recorded are not repeated either", async () => {
    await using db = await freshDatabase();
    const slow = Promise.withResolvers<Outcome>();
    const provider = fakeProvider(() => slow.promise);
    await using app = fakeApp(refusingOnce(db), provider, { patienceMs: 50 });
    await rejection(app.record(news("both")));
    slow.resolve({ kind: "sent" });
    await app.sender.run(never); // Begins when the attempt is through.
    await app.record(news("both"));
    expect(provider.given).to.deep.equal(["both.1"]);
    expect(await progress(db)).to.deep.equal(["both.1 EMAIL SENT 1"]);
  });

  it("that another replica has recorded meanwhile count as sent", async () => {
    await using db = await freshDatabase();
    const told = news("raced");
    const provider = fakeProvider(async () => {
      await recordNotifications(db, ["EMAIL"], noOutbox)([told]);
      return { kind: "sent" };
    });
    await using app = fakeApp(db, provider);
    await app.record(told);
    await until(
      "settled",
      () => progress(db),
      (all) => all.join() === "raced.1 EMAIL SENT 1",
    );
    expect(await sendingRows(db)).to.equal(1);
  });

  it("that are refused for good, or have no recipient, are recorded as FAILED", async () => {
    await using db = await freshDatabase();
    const provider = fakeProvider(({ orderId }) =>
      orderId === "no" ? { kind: "refused", error: "550" } : { kind: "sent" },
    );
    const users: typeof everybody = async (asked) =>
      new Map([...(await everybody(asked)), ["ghost", "missing"]]);
    await using app = fakeApp(db, provider, { users });
    await app.record(news("no"), news("nobody", { userId: "ghost" }), news("yes"));
    expect(await progress(db)).to.deep.equal([
      "no.1 EMAIL FAILED 1",
      "nobody.1 EMAIL FAILED 0",
      "yes.1 EMAIL SENT 1",
    ]);
  });

  it("are recorded first when they are 10 s old, since another replica may have them in hand", async () => {
    await using db = await freshDatabase();
    const provider = taking();
    await using app = fakeApp(db, provider);
    const ago = (ms: number) => ({ occurredAt: new Date(Date.now() - ms) });
    await app.record(news("younger", ago(9_000)));
    await app.record(news("older", ago(10_000)), news("beside"));
    expect(provider.given).to.deep.equal(["younger.1"]);
    expect(await progress(db)).to.deep.equal([
      "beside.1 EMAIL WAITING 0",
      "older.1 EMAIL WAITING 0",
      "younger.1 EMAIL SENT 1",
    ]);
  });

  it("that are under way when the process is to end are settled, the others given back", async () => {
    await using db = await freshDatabase();
    const slow = Promise.withResolvers<Outcome>();
    const provider = fakeProvider(() => slow.promise);
    const app = fakeApp(db, provider, { patienceMs: 50 });
    await app.record(...versions("end", 3));
    const ended = app[Symbol.asyncDispose]();
    slow.resolve({ kind: "sent" });
    await ended;
    expect(await progress(db)).to.deep.equal([
      "end.1 EMAIL SENT 1",
      "end.2 EMAIL SENT 1",
      "end.3 EMAIL WAITING 0",
    ]);
    expect(await takeDueSendings(db, "EMAIL", others)).to.have.length(1);
  });
});
