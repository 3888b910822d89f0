import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { databaseOf, rememberRun, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { CannotLookError, type Diagnosis, diagnose, formatDiagnosis } from "../src/index.ts";
import { examined } from "../src/look/databases.ts";
import { sources } from "../src/look/sources.ts";
import { ledgerText, notificationText, openWard, type Ward } from "./support/ward.ts";

const cli = join(import.meta.dirname, "../src/cli.ts");

/** Runs the command; answers its exit code and output. */
async function doctor(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH };
  try {
    const done = await promisify(execFile)(process.execPath, [cli, ...args], { env });
    return { code: 0, ...done };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error("It succeeded");
    },
    (error) => error,
  );
}

/** Each breaks one thing that was right, in the real tables; `state` is that of the order it is done to. */
const plants = [
  [
    "DELIVERED",
    "sold-without-stock",
    "item",
    "update reservations set state = 'CANCELLED' where transaction_id = $1",
  ],
  [
    "PENDING",
    "stock-taken-undecided",
    "item",
    "update reservations set state = 'CONFIRMED' where transaction_id = $1",
  ],
  [
    "CANCELLED",
    "stock-taken-from-cancelled",
    "item",
    "update reservations set state = 'CONFIRMED' where transaction_id = $1",
  ],
  ["PENDING", "open-without-hold", "item", "delete from reservations where transaction_id = $1"],
  [
    "DELIVERED",
    "reserved-otherwise",
    "order",
    `update orders set lines = '[{"itemId":"tea","quantity":3}]' where order_id = $1`,
  ],
  [
    "DELIVERED",
    "not-captured",
    "provider",
    "delete from ledger where transaction_id = $1 and kind = 'captured'",
  ],
  [
    "DELIVERED",
    "captured-twice",
    "provider",
    ledgerText.replace("$1, $2, $3, $3", "$1 || ':again', 'captured', $1, 'other'"),
  ],
  [
    "CANCELLED",
    "captured-cancelled",
    "provider",
    "update ledger set kind = 'captured' where transaction_id = $1 and kind = 'voided'",
  ],
  [
    "PENDING",
    "captured-undecided",
    "provider",
    ledgerText.replace("$1, $2, $3, $3", "$1 || ':capture', 'captured', $1, $1"),
  ],
  [
    "CONFIRMED",
    "captured-for-missing-stock",
    "provider",
    ledgerText.replace("$1, $2, $3, $3", "$1 || ':capture', 'captured', $1, $1"),
  ],
  [
    "DELIVERED",
    "captured-wrong-amount",
    "provider",
    "update ledger set amount = 499 where transaction_id = $1 and kind = 'captured'",
  ],
  [
    "CANCELLED",
    "authorisation-outlives-cancel",
    "provider",
    "delete from ledger where transaction_id = $1 and kind = 'voided'",
  ],
  [
    "PENDING",
    "authorised-twice",
    "provider",
    ledgerText.replace("$1, $2, $3, $3", "$1 || ':again', 'authorized', $1, 'other'"),
  ],
  [
    "PENDING",
    "stuck-unlisted",
    "status",
    "update statuses set moved_at = now() - interval '1 hour' where order_id = $1",
  ],
  [
    "SHIPPED",
    "stuck-unlisted",
    "status",
    "update statuses set moved_at = now() - interval '5 min', reannounce_at = null where order_id = $1",
  ],
  [
    "PENDING",
    "unannounced-for-long",
    "order",
    "update orders set is_announced = false, placed_at = now() - interval '1 hour' where order_id = $1",
  ],
  [
    "CANCELLED",
    "cancel-unfinished",
    "payment",
    "update payments set state = 'CANCELLING', expires_at = now() - interval '1 hour' where transaction_id = $1",
  ],
  [
    "DELIVERED",
    "version-gap",
    "status",
    "delete from transitions where order_id = $1 and version = 3",
  ],
  [
    "DELIVERED",
    "journal-not-chained",
    "status",
    "update transitions set from_state = 'PENDING' where order_id = $1 and version = 3",
  ],
  [
    "DELIVERED",
    "illegal-transition",
    "status",
    "update transitions set to_state = 'SHIPPED' where order_id = $1 and version = 2",
  ],
  [
    "DELIVERED",
    "actor-not-entitled",
    "status",
    "update transitions set actor_id = 'shipping' where order_id = $1 and version = 2",
  ],
  [
    "DELIVERED",
    "journal-differs-from-status",
    "status",
    "update statuses set state = 'SHIPPED' where order_id = $1",
  ],
  [
    "CANCELLED",
    "decided-otherwise-than-once",
    "status",
    "update transitions set to_state = 'CONFIRMED' where order_id = $1 and version = 1",
  ],
  [
    "DELIVERED",
    "confirmed-untried",
    "status",
    "update statuses set tried = false where order_id = $1",
  ],
  ["DELIVERED", "shipment-missing", "shipping", "delete from shipments where order_id = $1"],
  [
    "DELIVERED",
    "shipment-untracked",
    "shipping",
    "update shipments set tracking_number = '' where order_id = $1",
  ],
  [
    "CANCELLED",
    "shipped-too-early",
    "shipping",
    "insert into shipments values ($1, 'alice', 'Carrier', 'x', now(), now(), '')",
  ],
  ["DELIVERED", "delivery-missing", "delivery", "delete from deliveries where order_id = $1"],
  [
    "PENDING",
    "delivered-too-early",
    "delivery",
    "insert into deliveries values ($1, 'alice', now(), now(), now(), '')",
  ],
  [
    "DELIVERED",
    "notification-missing",
    "status",
    "update transitions set version = 6, occurred_at = now() - interval '1 hour' where order_id = $1 and version = 2",
  ],
  [
    "CANCELLED",
    "notification-of-another-event",
    "notification",
    "update notifications set state = 'SHIPPED' where order_id = $1 and version = 2",
  ],
  [
    "PENDING",
    "notification-without-event",
    "notification",
    notificationText.replace("$2", "7").replace("$3", "'SHIPPED'"),
  ],
  ["DELIVERED", "order-lost", "order", "delete from orders where order_id = $1"],
  [
    "CANCELLED",
    "tombstone-with-status",
    "order",
    "update orders set fate = 'ABANDONED' where order_id = $1",
  ],
  [
    "PENDING",
    "cancelled-as-unknown",
    "item",
    "update reservations set state = 'CANCELLED' where transaction_id = $1",
  ],
  ["DELIVERED", "payment-lost", "payment", "delete from payments where transaction_id = $1"],
  [
    "SHIPPED",
    "payment-not-confirmed",
    "payment",
    "update payments set state = 'TRIED' where transaction_id = $1",
  ],
] as const;

/** What is found when this database alone was restored to a time before the order, which is delivered. */
const restoredAlone = {
  order: "order-lost",
  status: "announced-but-unknown",
  item: "sold-without-stock",
  payment: "payment-lost",
  provider: "not-captured",
  shipping: "shipment-missing",
  delivery: "delivery-missing",
  notification: "notification-missing",
} as const;

/** What a break needs besides, so that it is one of its kind. */
const unknownToStatus = ["unannounced-for-long", "announced-but-unknown"];

/** Orders of each of which one database knows nothing any more. */
async function plantRestoredAlone(ward: Ward): Promise<void> {
  for (const name of Object.keys(restoredAlone) as (keyof typeof restoredAlone)[]) {
    const id = `alone-${name}`;
    await ward.plant(id, "DELIVERED");
    for (const { database, table, key } of sources)
      if (database === name) await ward.query(name, `delete from ${table} where ${key} = $1`, [id]);
  }
  await ward.query(
    "status",
    "update transitions set occurred_at = now() - interval '1 h' where order_id = 'alone-notification'",
  );
}

describe("the doctor, with the services' own tables", () => {
  let ward: Ward;
  let dataDir: string;
  let healthy: Diagnosis;
  let broken: Diagnosis;

  const forget = async (id: string) => {
    await ward.query("status", "delete from transitions where order_id = $1", [id]);
    await ward.query("status", "delete from statuses where order_id = $1", [id]);
  };

  before(async () => {
    dataDir = testFolder("doctor");
    ward = await openWard(dataDir);
    const states = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"] as const;
    for (const state of [...states, "CANCELLED"] as const)
      for (let n = 0; n < 3; n++) await ward.plant(`well-${state}-${n}`, state);
    await ward.balance();
    const acknowledged = ["well-PENDING-0", "well-DELIVERED-0"];
    healthy = await diagnose({ databaseUrl: ward.serverUrl, acknowledged });
  });

  after(async () => {
    await ward[Symbol.asyncDispose]();
  });

  it("finds nothing wrong where nothing is, and tells the figures", () => {
    expect(healthy.promises.flatMap(({ broken }) => Object.keys(broken))).to.deep.equal([]);
    expect(healthy).to.include({ healthy: true, orders: 18, unpublished: 0 });
    expect(healthy.promises.map(({ figures }) => figures)).to.deep.equal([
      {
        items: 1,
        "pieces on hand": 982,
        "pieces held": 12,
        "pieces sold": 18,
        "reservations TRIED": 6,
        "reservations CONFIRMED": 9,
        "reservations CANCELLED": 3,
      },
      {
        payments: 18,
        captured: 9,
        voided: 3,
        declined: 0,
        "open authorisations": 6,
        "captured EUR minor units": 4500,
      },
      { "under way": 12, DELIVERED: 3, CANCELLED: 3 },
      { transitions: 3 * (1 + 2 + 3 + 4 + 5 + 2), decisions: 15 },
      { notifications: 3 * (1 + 2 + 3 + 4 + 5 + 2), shipments: 6, deliveries: 3 },
      { stored: 18, "known to status": 18, abandoned: 0, acknowledged: 2 },
    ]);
    expect(healthy.underWay).to.deep.equal({ PENDING: 3, CONFIRMED: 3, PROCESSING: 3, SHIPPED: 3 });
  });

  it("finds each database also where it is said to be", async () => {
    const named = examined.map((name) => [name, ward.postgres.url(databaseOf(name))]);
    const databaseUrl = Object.fromEntries(named);
    const diagnosis = await diagnose({ databaseUrl });
    expect(diagnosis).to.include({ healthy: true, orders: 18, place: healthy.place });
  });

  it("prints a verdict for people", () => {
    const text = formatDiagnosis(healthy);
    expect(text).to.include("✔ 2 Money").and.include("captured EUR 45.00");
    expect(text).to.match(/Under way: 12\n(?: +3 {2}\w+\n){4}/);
    expect(text).to.match(/✔ All six promises are kept\.$/);
  });

  it("tells when dead letters were not counted, and when there are some", () => {
    expect(healthy.deadLetters).to.equal(undefined);
    expect(formatDiagnosis(healthy)).to.include("not counted: no NATS was reached");
    expect(formatDiagnosis({ ...healthy, deadLetters: 1 })).to.include("! 1 dead letter: see");
    expect(formatDiagnosis({ ...healthy, deadLetters: 0 })).not.to.include("ead letter");
  });

  it("waits for what only seems broken because databases are read one after the other", async () => {
    await ward.plant("late", "PROCESSING");
    await ward.query(
      "item",
      "update reservations set state = 'TRIED' where transaction_id = 'late'",
    );
    await ward.balance();
    const heal = async () => {
      await ward.query(
        "item",
        "update reservations set state = 'CONFIRMED' where transaction_id = 'late'",
      );
      await ward.balance();
    };
    let healed: Promise<void> | undefined;
    const onProgress = () => {
      healed ??= heal();
    };
    const { healthy } = await diagnose({ databaseUrl: ward.serverUrl, onProgress });
    await healed;
    expect(healthy).to.equal(true);
  });

  describe("finds what is planted:", () => {
    before(async () => {
      for (const [index, [state, check, database, text]] of plants.entries()) {
        const id = `ill-${index}`;
        await ward.plant(id, state);
        if (unknownToStatus.includes(check)) await forget(id);
        await ward.query(database, text, [id]);
      }
      await plantRestoredAlone(ward);
      await ward.query("item", "create table restorations as select 1790000000::bigint as epoch");
      await ward.balance();
      await ward.plant("announced", "PENDING");
      await forget("announced");
      await ward.query(
        "item",
        `insert into reservations select 'orphan', state, content_hash, user_id, lines,
        total_minor, currency, now() - interval '1 hour', created_at, updated_at from reservations
        where transaction_id = 'well-PENDING-0'`,
      );
      await ward.query(
        "item",
        `insert into reservations select 'taken', 'CONFIRMED', content_hash, user_id, lines,
        total_minor, currency, expires_at, created_at, updated_at from reservations
        where transaction_id = 'well-PENDING-0'`,
      );
      await ward.plant("kept-hold", "CANCELLED");
      await ward.query(
        "item",
        `update reservations set state = 'TRIED', expires_at = now() - interval '1 hour'
        where transaction_id = 'kept-hold'`,
      );
      await ward.plant("overdue", "CONFIRMED");
      await ward.query(
        "workflow",
        `insert into processes (order_id, step, rank, state, since, next_at, attempts, last_error,
          last_reason, placed_at, reservation_mode, user_id, traceparent)
        values ('overdue', 'CONFIRM', 1, 'WAITING', now(), now() - interval '1 hour', 1, '', '', now(), 'HELD', 'alice', '')`,
      );
      await ward.query(
        "status",
        `update statuses set moved_at = now() - interval '1 hour'
        where order_id in ('kept-hold', 'ill-16', 'overdue')`,
      );
      await ward.query("provider", ledgerText, ["stray:authorize", "authorized", "stray"]);
      await ward.balance();
      for (const [item, onHand, held] of [
        ["unbalanced", 9, 0],
        ["overheld", 10, 1],
      ])
        await ward.query(
          "item",
          `insert into items (item_id, name, price_minor, currency, initial_on_hand, on_hand, held,
          content_hash, created_at, updated_at) values ($1, 'n', 1, 'EUR', 10, $2, $3, 'h', now(), now())`,
          [item, onHand, held],
        );
      await ward.query("item", "alter table items drop constraint items_stock");
      await ward.query(
        "item",
        `insert into items (item_id, name, price_minor, currency, initial_on_hand, on_hand, held,
          content_hash, created_at, updated_at) values ('oversold', 'n', 1, 'EUR', -1, -1, 0, 'h', now(), now())`,
      );
      const acknowledged = ["well-PENDING-0", "never-stored"];
      broken = await diagnose({ databaseUrl: ward.serverUrl, acknowledged, maxExamples: 1_000 });
    });

    const found = (subject: string) =>
      broken.promises
        .flatMap(({ examples }) => examples)
        .filter((finding) => finding.subject === subject)
        .map(({ check }) => check);

    for (const [index, [state, check]] of plants.entries())
      it(`${check}, of a ${state} order`, () => {
        expect(found(`ill-${index}`)).to.include(check);
      });

    for (const [name, check] of Object.entries(restoredAlone))
      it(`${check}, when ${name} alone was restored`, () => {
        expect(found(`alone-${name}`)).to.include(check);
      });

    it("and which database was restored alone, when that was marked", () => {
      expect(broken.restoredApart).to.deep.include({ item: 1_790_000_000, order: 0, payment: 0 });
      expect(formatDiagnosis(broken)).to.include("2026-09-21T14:13:20.000Z  item");
      expect(healthy.restoredApart).to.equal(undefined);
    });

    for (const [subject, check] of [
      ["announced", "announced-but-unknown"],
      ["orphan", "hold-without-order"],
      ["taken", "stock-taken-without-order"],
      ["kept-hold", "hold-outlives-cancel"],
      ["overdue", "stuck-overdue"],
      ["stray", "authorisation-without-order"],
      ["unbalanced", "stock-unbalanced"],
      ["overheld", "hold-unbalanced"],
      ["oversold", "oversold"],
      ["never-stored", "acknowledged-lost"],
    ] as const)
      it(`${check}, of ${subject}`, () => {
        expect(found(subject)).to.include(check);
      });

    it("and nothing else", () => {
      const subjects = broken.promises
        .flatMap(({ examples }) => examples)
        .map((one) => one.subject);
      expect(subjects.filter((subject) => subject.startsWith("well-"))).to.deep.equal([]);
      expect(broken.promises.map(({ kept }) => kept)).to.deep.equal(Array(6).fill(false));
    });

    it("and the command says so", async () => {
      const { code, stdout } = await doctor("--database-url", ward.serverUrl);
      expect(code).to.equal(1);
      expect(stdout).to.include("✘ 1 Stock").and.include("sold-without-stock");
      expect(stdout).to.match(/✘ Broken: promise 1, 2, 3, 4, 5, 6\.\n$/);
    });
  });

  describe("as a command", () => {
    it("says when it could not look, and why", async () => {
      const empty = await doctor("--data-dir", testFolder("nothing"));
      expect(empty).to.include({ code: 2 });
      expect(empty.stderr).to.include("could not look").and.include("npm start");
      const unknown = await doctor("--what");
      expect(unknown).to.include({ code: 2 });
      expect(unknown.stderr).to.include("--help");
      await ward.query("workflow", "alter table processes rename to processes_");
      const missing = await failureOf(diagnose({ databaseUrl: ward.serverUrl }));
      expect(missing).to.be.instanceOf(CannotLookError);
      expect(missing.message).to.include('the service "workflow" has never run');
      await ward.query("workflow", "alter table processes_ rename to processes");
    });

    it("does not judge databases that the stack has not used last", async () => {
      const folder = testFolder("foreign");
      mkdirSync(join(folder, "postgres"));
      rememberRun(folder, { foreignServer: "db.example:5432" });
      const { code, stderr } = await doctor("--data-dir", folder);
      expect(code).to.equal(2);
      expect(stderr).to.include("db.example:5432").and.include("--database-url");
    });

    it("explains itself", async () => {
      const { code, stdout } = await doctor("--help");
      expect(code).to.equal(0);
      expect(stdout).to.include("--data-dir").and.include("Exit code");
    });

    it("looks into a stopped stack, and leaves it stopped", async () => {
      await ward.postgres.stop();
      const { code, stdout } = await doctor("--data-dir", dataDir, "--json");
      expect(code).to.equal(1);
      const diagnosis = JSON.parse(stdout);
      expect(diagnosis.place).to.equal(`the stopped stack of ${dataDir}`);
      expect(diagnosis.orders).to.equal(broken.orders);
      const again = JSON.parse((await doctor("--data-dir", dataDir, "--json")).stdout);
      expect(again.at, "judged as of when it stopped").to.equal(diagnosis.at);
    });
  });
});
