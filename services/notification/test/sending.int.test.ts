import { createServer } from "node:net";
import { deadLettersStream } from "@waybill/contracts/events";
import type { Messaging } from "@waybill/messaging";
import { freePort, type NatsServer, startNats, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { recordNotifications } from "../src/app/recordNotifications.ts";
import { createSender } from "../src/app/sender.ts";
import { listNotifications } from "../src/db/notificationStore.ts";
import { countWaiting, settleSendings, takeDueSendings } from "../src/db/sendingStore.ts";
import { news } from "./support/fakes.ts";
import { startMailServer } from "./support/mailServer.ts";
import {
  announce,
  connectStatus,
  freshDatabase,
  noOutbox,
  outboxOf,
  progress,
  senderParts,
  startApp,
  story,
  until,
} from "./support/testBed.ts";
import { startUserServer } from "./support/userServer.ts";

const never = new AbortController().signal;

/** So old that it is recorded before it is sent. */
const past = { occurredAt: new Date(Date.now() - 60_000) };

describe("notifications", () => {
  let nats: NatsServer;
  let status: Messaging;

  before(async () => {
    nats = await startNats({ dataDir: testFolder("nats-notification") }); // Its durable is nobody else's.
    status = await connectStatus(nats.url);
  });

  after(async () => {
    await status[Symbol.asyncDispose]();
    await nats.stop();
  });

  it("are sent as mails, to whom it may concern, one per event", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    await using mail = await startMailServer();
    const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
    await using _app = await startApp(options);
    await announce(status, story("told", "alice"));
    await until(
      "5 mails",
      () => mail.mails.length,
      (count) => count >= 5,
    );
    expect(Object.keys(mail.counts()).toSorted()).to.deep.equal(
      [1, 2, 3, 4, 5].map((version) => `<told.${version}@shop.example>`),
    );
    const paid = mail.mails.find(({ messageId }) => messageId.startsWith("<told.3@"));
    expect(paid?.to).to.equal("alice@example.com");
    expect(paid?.source).to.include("Subject: Your payment is received: order told");
    expect(paid?.source).to.match(/Hello Dear alice,[\s\S]*your payment of EUR\s15\.80/);
    await until(
      "all sent",
      () => progress(db),
      (all) => all.every((each) => / SENT 1$/.test(each)),
    );
    expect(users.calls).to.deep.equal([1]); // Then she is known.
  });

  it("that are announced again, delivered again, or read by two replicas are sent once", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    await using mail = await startMailServer();
    const told = Array.from({ length: 20 }, (_, index) =>
      story(`twice-${index}`, `u${index}`),
    ).flat();
    await announce(status, told);
    await announce(status, told, 2);
    const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
    await using _one = await startApp(options);
    await using _two = await startApp(options);
    await announce(status, told, 3);
    await until(
      "100 sent",
      () => progress(db),
      (all) => all.filter((one) => / SENT /.test(one)).length === 100,
    );
    await announce(status, story("last", "alice", 1)); // What comes after it has been read.
    await until(
      "the last",
      () => mail.counts(),
      (counts) => "<last.1@shop.example>" in counts,
    );
    expect(mail.mails).to.have.length(101);
    expect(Object.keys(mail.counts())).to.have.length(101);
  });

  it("are recorded while the SMTP server is down, hold up no other channel, and are sent when it is back", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    const port = await freePort();
    await using _app = await startApp({
      db,
      natsUrl: nats.url,
      userAddress: users.address,
      smtpUrl: `smtp://127.0.0.1:${port}`,
      channels: ["EMAIL", "SMS"],
    });
    await announce(status, story("down", "alice", 3));
    const waiting = await until(
      "SMS sent, mails tried",
      () => progress(db),
      (all) =>
        all.filter((one) => / SMS SENT 1$/.test(one)).length === 3 &&
        all.some((one) => / EMAIL WAITING [1-9]/.test(one)),
    );
    expect(waiting.filter((one) => / EMAIL WAITING /.test(one))).to.have.length(3);
    const [tried] = await until(
      "an error",
      async () =>
        (await listNotifications(db, { userId: "", orderId: "down" }, undefined, 10)).flatMap(
          ({ sendings }) => sendings.filter(({ lastError }) => lastError !== ""),
        ),
      (seen) => seen.length > 0,
    );
    expect(tried?.lastError).to.match(/ECONNREFUSED/);
    expect(Object.fromEntries(await countWaiting(db))).to.deep.equal({ EMAIL: 3, SMS: 0 });
    await using mail = await startMailServer({ port });
    await until(
      "mails sent",
      () => progress(db),
      (all) => all.every((one) => / SENT /.test(one)),
    );
    expect(Object.values(mail.counts())).to.deep.equal([1, 1, 1]);
    expect(Object.fromEntries(await countWaiting(db))).to.deep.equal({ EMAIL: 0, SMS: 0 });
  });

  it("survive an SMTP server that accepts connections and says nothing", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    const port = await freePort();
    const silent = createServer(() => {}).listen(port, "127.0.0.1");
    await recordNotifications(db, ["EMAIL"], noOutbox)([news("silent")]);
    const smtpUrl = `smtp://127.0.0.1:${port}`;
    const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl };
    const { client, parts } = senderParts({ ...options, parts: { attemptTimeoutMs: 200 } });
    const sender = createSender(parts);
    const failure = await sender.run(never).catch((error: Error) => error.message);
    expect(failure).to.match(/EMAIL provider is away/);
    expect(sender.isInTrouble).to.equal(true);
    expect(await progress(db)).to.deep.equal(["silent.1 EMAIL WAITING 1"]);
    silent.close();
    await parts.provider[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
  });

  it("that a recipient's server refuses are FAILED for good, for now tried again; others are not held up", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    await using mail = await startMailServer();
    const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
    await using _app = await startApp(options);
    await announce(status, story("no", "refused-1", 1));
    await announce(status, story("later", "busy-1", 1));
    await announce(status, story("nobody", "ghost", 1));
    await announce(status, story("yes", "alice", 1));
    const end = await until(
      "all ended",
      () => progress(db),
      (all) => all.length === 4 && all.every((one) => !/WAITING/.test(one)),
    );
    expect(end).to.deep.equal([
      "later.1 EMAIL SENT 2",
      "no.1 EMAIL FAILED 1",
      "nobody.1 EMAIL FAILED 0",
      "yes.1 EMAIL SENT 1",
    ]);
    const [refused] = await listNotifications(db, { userId: "", orderId: "no" }, undefined, 1);
    expect(refused?.sendings[0]?.lastError).to.match(/550 5\.1\.1 <\(address\)> is not here/);
    expect(mail.mails.map(({ to }) => to).toSorted()).to.deep.equal([
      "alice@example.com",
      "busy-1@example.com",
    ]);
  });

  it("are recorded while the user service is away, and sent when it is back", async () => {
    await using db = await freshDatabase();
    await using mail = await startMailServer();
    const port = await freePort();
    const userAddress = `127.0.0.1:${port}`;
    await using _app = await startApp({ db, natsUrl: nats.url, userAddress, smtpUrl: mail.url });
    await announce(status, story("alone", "alice", 2));
    const errors = async () =>
      (await listNotifications(db, { userId: "", orderId: "alone" }, undefined, 10)).flatMap(
        ({ sendings }) => sendings.map(({ attempts, lastError }) => `${attempts} ${lastError}`),
      );
    const awayTwice = ["0 the user service is away", "0 the user service is away"];
    await until("put back", errors, (seen) => seen.join() === awayTwice.join());
    await using _users = await startUserServer(port);
    await until(
      "mails sent",
      () => progress(db),
      (all) => all.every((one) => / SENT 1/.test(one)),
    );
  });

  it("are not made of events that make no sense; these are kept as dead letters, and hold up nothing", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    await using mail = await startMailServer();
    await status.ensureStream(deadLettersStream);
    const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
    await using _app = await startApp(options);
    const [sane] = story("sane", "alice", 1);
    const [noUser] = story("no-user", "not an id", 1);
    const [noState] = story("no-state", "alice", 1);
    if (!sane || !noUser || !noState) throw new Error("no story");
    await announce(status, [noUser, { ...noState, to: 0 }, sane]);
    await until(
      "sent",
      () => progress(db),
      (all) => all.join() === "sane.1 EMAIL SENT 1",
    );
    const dead = await until(
      "dead letters",
      async () => (await status.deadLetters.list({ limit: 10 })).deadLetters,
      (seen) => seen.length >= 2,
    );
    expect(dead.map(({ reason }) => reason)).to.deep.equal(["INVALID_EVENT", "INVALID_EVENT"]);
  });

  it("of long ago are given up", async () => {
    await using db = await freshDatabase();
    await using users = await startUserServer();
    await using mail = await startMailServer();
    await recordNotifications(
      db,
      ["EMAIL"],
      noOutbox,
    )([news("old", { occurredAt: new Date(Date.now() - 4_000_000) })]);
    const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
    const { client, parts } = senderParts(options);
    await createSender(parts).run(never);
    expect(await progress(db)).to.deep.equal(["old.1 EMAIL FAILED 0"]);
    expect(mail.mails).to.have.length(0);
    await parts.provider[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
  });

  describe("that the sender of this process takes over when they are recorded", () => {
    it("are nobody else's, and are sent without being looked for", async () => {
      await using db = await freshDatabase();
      await using users = await startUserServer();
      await using mail = await startMailServer();
      const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
      const { client, parts } = senderParts(options);
      await using _client = client;
      await using _provider = parts.provider;
      await using sender = createSender(parts);
      await recordNotifications(db, ["EMAIL"], outboxOf(["EMAIL", sender]))([news("mine", past)]);
      const others = { lease: "another", leaseMs: 60_000, limit: 10 };
      expect(await takeDueSendings(db, "EMAIL", others)).to.deep.equal([]);
      await sender.run(never); // Looks for what is due.
      await sender.run(never);
      expect(mail.counts()).to.deep.equal({ "<mine.1@shop.example>": 1 });
      expect(await progress(db)).to.deep.equal(["mine.1 EMAIL SENT 1"]);
    });

    it("are anybody's again when it ends before", async () => {
      await using db = await freshDatabase();
      await using users = await startUserServer();
      await using mail = await startMailServer();
      const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
      const { client, parts } = senderParts(options);
      await using _client = client;
      await using _provider = parts.provider;
      const sender = createSender(parts);
      await recordNotifications(db, ["EMAIL"], outboxOf(["EMAIL", sender]))([news("left", past)]);
      await sender[Symbol.asyncDispose]();
      const others = { lease: "another", leaseMs: 60_000, limit: 10 };
      const taken = await takeDueSendings(db, "EMAIL", others);
      expect(taken.map(({ orderId, attempts }) => [orderId, attempts])).to.deep.equal([
        ["left", 0],
      ]);
    });

    it("are found in the table when too many wait already", async () => {
      await using db = await freshDatabase();
      const { client, parts } = senderParts({
        db,
        natsUrl: "",
        userAddress: "127.0.0.1:1",
        smtpUrl: "smtp://127.0.0.1:1",
      });
      await using _client = client;
      await using _provider = parts.provider;
      const sender = createSender(parts);
      const record = recordNotifications(db, ["EMAIL"], outboxOf(["EMAIL", sender]));
      const so = (count: number, name: string) =>
        Array.from({ length: count }, (_, index) => news(`${name}-${index}`, past));
      await record(so(1_023, "first"));
      await record(so(1, "last"));
      const others = { lease: "another", leaseMs: 60_000, limit: 10 };
      expect(await takeDueSendings(db, "EMAIL", others)).to.deep.equal([]);
      await record(so(1, "beyond"));
      const taken = await takeDueSendings(db, "EMAIL", others);
      expect(taken.map(({ orderId }) => orderId)).to.deep.equal(["beyond-0"]);
    });
  });

  describe("that a dead replica has taken", () => {
    it("are sent by another when the lease is over, and what it would say then does not count", async () => {
      await using db = await freshDatabase();
      await using users = await startUserServer();
      await using mail = await startMailServer();
      await recordNotifications(db, ["EMAIL"], noOutbox)([news("leased")]);
      const taken = await takeDueSendings(db, "EMAIL", { lease: "dead", leaseMs: 500, limit: 10 });
      expect(taken).to.have.length(1);
      const options = { db, natsUrl: nats.url, userAddress: users.address, smtpUrl: mail.url };
      const { client, parts } = senderParts(options);
      const sender = createSender(parts);
      await sender.run(never);
      expect(mail.mails).to.have.length(0);
      await until(
        "sent",
        async () => {
          await sender.run(never);
          return mail.mails.length;
        },
        (count) => count === 1,
      );
      const late = { orderId: "leased", version: 1, channel: "EMAIL", lease: "dead" } as const;
      const failed = { state: "FAILED", isAttempt: true, delayMs: 0, error: "late" } as const;
      await settleSendings(db, [{ ...late, ...failed }]);
      expect(await progress(db)).to.deep.equal(["leased.1 EMAIL SENT 1"]);
      await parts.provider[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    });

    it("count as sent when it says so late; another's verdict is left alone otherwise", async () => {
      await using db = await freshDatabase();
      await recordNotifications(db, ["EMAIL"], noOutbox)([news("a"), news("b")]);
      await takeDueSendings(db, "EMAIL", { lease: "first", leaseMs: 0, limit: 10 });
      await takeDueSendings(db, "EMAIL", { lease: "second", leaseMs: 60_000, limit: 10 });
      const first = { version: 1, channel: "EMAIL", lease: "first", isAttempt: true } as const;
      await settleSendings(db, [
        { ...first, orderId: "a", state: "SENT", delayMs: 0, error: "" },
        { ...first, orderId: "b", state: "WAITING", delayMs: 0, error: "451" },
      ]);
      expect(await progress(db)).to.deep.equal(["a.1 EMAIL SENT 1", "b.1 EMAIL WAITING 0"]);
      expect(
        await takeDueSendings(db, "EMAIL", { lease: "x", leaseMs: 1, limit: 10 }),
      ).to.deep.equal([]);
    });
  });
});
