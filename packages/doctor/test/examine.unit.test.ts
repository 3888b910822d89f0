import { expect } from "chai";
import { examine } from "../src/examine/examine.ts";
import { type Facts, noFacts, type State } from "../src/examine/facts.ts";
import { examineItem } from "../src/examine/items.ts";
import { entry, healthy, journal, now } from "./support/facts.ts";

const states: readonly State[] = [
  "PENDING",
  "CONFIRMED",
  "PROCESSING",
  "SHIPPED",
  "DELIVERED",
  "CANCELLED",
];
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const checks = (facts: Facts): string[] =>
  examine(facts, now).findings.map(({ promise, check }) => `${promise} ${check}`);

/** Facts with some of them changed; `undefined` takes one away. */
const but = (facts: Facts, changes: Partial<Facts>): Facts => ({ ...facts, ...changes });
type Changes<Name extends keyof Facts> = Partial<NonNullable<Facts[Name]>>;
const status = (facts: Facts, changes: Changes<"status">): Facts =>
  but(facts, { status: { ...facts.status, ...changes } as Facts["status"] });
const order = (facts: Facts, changes: Changes<"order">): Facts =>
  but(facts, { order: { ...facts.order, ...changes } as Facts["order"] });
const reservation = (facts: Facts, changes: Changes<"reservation">): Facts =>
  but(facts, { reservation: { ...facts.reservation, ...changes } as Facts["reservation"] });
const payment = (facts: Facts, changes: Changes<"payment">): Facts =>
  but(facts, { payment: { ...facts.payment, ...changes } as Facts["payment"] });
const listed = (
  facts: Facts,
  state: "WAITING" | "STUCK" = "WAITING",
  nextAt = now + minute,
): Facts =>
  but(facts, { process: { step: "CONFIRM", state, reason: "CALLEE_UNAVAILABLE", nextAt } });

describe("the examination of an order", () => {
  for (const state of states) {
    it(`finds nothing wrong with one that has just become ${state}`, () => {
      expect(checks(healthy(state))).to.deep.equal([]);
    });
  }

  it("tells orders under way from those that have ended", () => {
    const ways = states.map((state) => examine(healthy(state), now).underWay);
    expect(ways).to.deep.equal([
      "PENDING",
      "CONFIRMED",
      "PROCESSING",
      "SHIPPED",
      undefined,
      undefined,
    ]);
    expect(examine(listed(healthy("CONFIRMED")), now).underWay).to.equal(
      "CONFIRMED, waits in CONFIRM",
    );
  });

  it("knows nothing of an id that is nowhere", () => {
    expect(examine(noFacts("x"), now)).to.deep.include({ findings: [], underWay: undefined });
  });

  it("accepts what participants have forgotten after their retention", () => {
    const forgotten = { reservation: undefined, payment: undefined };
    expect(checks(but(healthy("DELIVERED", 9 * day), forgotten))).to.deep.equal([]);
    expect(checks(but(healthy("DELIVERED", 7 * day), forgotten))).to.deep.equal([
      "1 sold-without-stock",
      "2 payment-lost",
    ]);
  });

  it("accepts a deferred order that has no stock and no price yet", () => {
    const bare = { reservation: undefined, payment: undefined, ledger: [] };
    const deferred = order(healthy("PENDING"), { held: false, total: undefined });
    expect(checks(but(deferred, bare))).to.deep.equal([]);
  });

  it("accepts a free order, for which nobody is charged", () => {
    const free = but(order(healthy("DELIVERED"), { total: 0n }), { ledger: [] });
    expect(checks(free)).to.deep.equal([]);
  });

  it("accepts an order that is stored and waits to be announced", () => {
    const unannounced = but(order(healthy("PENDING"), { announced: false }), {
      status: undefined,
      transitions: [],
      notifications: [],
      payment: undefined,
      ledger: [],
    });
    expect(checks(unannounced)).to.deep.equal([]);
    expect(examine(unannounced, now).underWay).to.equal("stored, not announced yet");
    expect(checks(order(unannounced, { placedAt: now - hour }))).to.deep.equal([
      "3 unannounced-for-long",
    ]);
  });
});

describe("promise 1, stock", () => {
  it("is broken by sold stock that is not deducted", () => {
    for (const state of ["PROCESSING", "SHIPPED", "DELIVERED"] as const)
      expect(checks(reservation(healthy(state), { state: "TRIED" }))).to.deep.equal([
        "1 sold-without-stock",
      ]);
  });

  it("is broken by stock that is deducted without a decision, or against it", () => {
    const taken = { state: "CONFIRMED" } as const;
    expect(checks(reservation(healthy("PENDING"), taken))).to.deep.equal([
      "1 stock-taken-undecided",
    ]);
    expect(checks(reservation(healthy("CANCELLED"), taken))).to.deep.equal([
      "1 stock-taken-from-cancelled",
    ]);
    expect(checks(but(noFacts("x"), { reservation: healthy("DELIVERED").reservation }))).to.include(
      "1 stock-taken-without-order",
    );
    expect(checks(reservation(healthy("CONFIRMED"), taken))).to.deep.equal([]);
  });

  it("is broken by a hold that outlives its order's Cancel, unless somebody is at it", () => {
    const tried = { state: "TRIED", expiresAt: now - hour } as const;
    const left = reservation(healthy("CANCELLED", hour), tried);
    expect(checks(left)).to.include("1 hold-outlives-cancel");
    expect(checks(left)).to.include("3 cancel-unfinished");
    expect(checks(listed(left))).to.deep.equal([]);
    expect(checks(reservation(left, { expiresAt: now + 1 }))).to.deep.equal([]);
    expect(checks(reservation(healthy("CANCELLED"), tried))).to.deep.equal([]);
  });

  it("is broken by a hold without an order once it has expired", () => {
    const hold = (agoMs: number) =>
      but(noFacts("x"), {
        reservation: { state: "TRIED", lines: "tea×2", expiresAt: now - agoMs },
      });
    expect(checks(hold(-1))).to.deep.equal([]);
    expect(examine(hold(-1), now).underWay).to.equal("held or authorised, not stored");
    expect(checks(hold(2 * minute))).to.deep.equal(["1 hold-without-order"]);
  });

  it("is broken by an order that holds nothing, or something else", () => {
    expect(checks(but(healthy("PENDING"), { reservation: undefined }))).to.deep.equal([
      "1 open-without-hold",
    ]);
    expect(checks(reservation(healthy("DELIVERED"), { lines: "tea×1" }))).to.deep.equal([
      "1 reserved-otherwise",
    ]);
  });

  it("is broken by books that do not balance", () => {
    const item = { id: "tea", initial: 10n, adjusted: 5n, confirmed: 3n, tried: 2n };
    const found = (onHand: bigint, held: bigint) =>
      examineItem({ ...item, onHand, held }).map(({ check }) => check);
    expect(found(12n, 2n)).to.deep.equal([]);
    expect(found(11n, 2n)).to.deep.equal(["stock-unbalanced"]);
    expect(found(12n, 3n)).to.deep.equal(["hold-unbalanced"]);
    expect(examineItem({ ...item, confirmed: 14n, onHand: 1n, held: 2n })[0]?.check).to.equal(
      "oversold",
    );
  });
});

describe("promise 2, money", () => {
  const captured = entry("captured");
  const authorized = entry("authorized");

  it("is broken by an order that was processed without being captured, or captured twice", () => {
    const ledger = [authorized];
    expect(checks(but(healthy("PROCESSING"), { ledger }))).to.include("2 not-captured");
    const twice = [authorized, captured, entry("authorized", "r2"), entry("captured", "r2")];
    for (const state of ["PROCESSING", "DELIVERED"] as const)
      expect(checks(but(healthy(state), { ledger: twice }))).to.deep.equal(["2 captured-twice"]);
  });

  it("is broken by money captured before the decision or against it", () => {
    const ledger = [authorized, captured];
    expect(checks(but(healthy("PENDING"), { ledger }))).to.deep.equal(["2 captured-undecided"]);
    expect(checks(but(healthy("CANCELLED"), { ledger }))).to.deep.equal(["2 captured-cancelled"]);
    expect(checks(but(noFacts("x"), { ledger }))).to.deep.equal(["2 captured-undecided"]);
  });

  it("allows a CONFIRMED order to be captured once, after its stock is deducted", () => {
    const ledger = [authorized, captured];
    const confirmed = but(healthy("CONFIRMED"), { ledger });
    expect(checks(confirmed)).to.deep.equal(["2 captured-for-missing-stock"]);
    expect(checks(reservation(confirmed, { state: "CONFIRMED" }))).to.deep.equal([]);
  });

  it("is broken by a payment whose own record is behind its order, or gone", () => {
    for (const state of ["TRIED", "DECLINED", "CANCELLED"] as const)
      expect(checks(payment(healthy("SHIPPED"), { state }))).to.deep.equal([
        "2 payment-not-confirmed",
      ]);
    const lost = { payment: undefined };
    expect(checks(but(healthy("CANCELLED"), lost))).to.deep.equal(["2 payment-lost"]);
    expect(checks(but(healthy("CANCELLED", 9 * day), lost))).to.deep.equal([]);
    const free = but(order(healthy("DELIVERED"), { total: 0n }), { ledger: [], ...lost });
    expect(checks(free)).to.deep.equal(["2 payment-not-confirmed"]);
  });

  it("is broken by another amount", () => {
    const wrong = { ...captured, amount: 501n };
    expect(checks(but(healthy("DELIVERED"), { ledger: [authorized, wrong] }))).to.deep.equal([
      "2 captured-wrong-amount",
    ]);
  });

  it("is broken by an authorisation that outlives its order's Cancel, unless somebody is at it", () => {
    const ledger = [authorized];
    const left = but(healthy("CANCELLED"), { ledger });
    expect(checks(left)).to.deep.equal(["2 authorisation-outlives-cancel"]);
    const pending = but(left, { ledger: [entry("pending")] });
    expect(checks(pending)).to.deep.equal(["2 authorisation-outlives-cancel"]);
    const old = { ...healthy("CANCELLED", hour), ledger };
    const cancelling = payment(old, { state: "CANCELLING", expiresAt: now - hour });
    expect(checks(cancelling)).to.include("2 authorisation-outlives-cancel");
    expect(checks(listed(cancelling))).to.deep.equal([]);
    expect(checks(payment(cancelling, { expiresAt: now + minute }))).to.deep.equal([]);
  });

  it("is broken by an authorisation without an order, or by two of them", () => {
    const ledger = [authorized];
    expect(checks(but(noFacts("x"), { ledger }))).to.deep.equal(["2 authorisation-without-order"]);
    const two = but(healthy("PENDING"), { ledger: [authorized, entry("authorized", "r2")] });
    expect(checks(two)).to.deep.equal(["2 authorised-twice"]);
  });
});

describe("promise 3, progress", () => {
  it("is broken by an order that does not move and is not listed", () => {
    for (const state of ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED"] as const) {
      const unmoved = healthy(state, hour);
      expect(checks(unmoved)).to.deep.equal(["3 stuck-unlisted"]);
      expect(checks(listed(unmoved))).to.deep.equal([]);
      expect(examine(listed(unmoved, "STUCK"), now).stuck).to.equal("CONFIRM: CALLEE_UNAVAILABLE");
    }
  });

  it("is broken by an order that is listed as waiting, and long since not taken up", () => {
    const unmoved = healthy("PENDING", hour);
    expect(checks(listed(unmoved, "WAITING", now - hour))).to.deep.equal(["3 stuck-overdue"]);
    expect(checks(listed(unmoved, "WAITING", now - minute))).to.deep.equal([]);
    expect(checks(listed(unmoved, "STUCK", now - hour))).to.deep.equal([]);
    const moved = healthy("PENDING", minute / 2);
    expect(checks(listed(moved, "WAITING", now - hour))).to.deep.equal([]);
  });

  it("is broken, after a while, by one that nobody is going to announce again", () => {
    const unmoved = healthy("PENDING", 3 * minute);
    expect(checks(unmoved)).to.deep.equal([]);
    expect(checks(status(unmoved, { reannounceAt: undefined }))).to.deep.equal([
      "3 stuck-unlisted",
    ]);
    expect(checks(status(unmoved, { reannounceAt: now - 2 * minute }))).to.deep.equal([
      "3 stuck-unlisted",
    ]);
    expect(checks(status(healthy("PENDING"), { reannounceAt: undefined }))).to.deep.equal([]);
  });

  it("is kept while the carrier is on its way", () => {
    const travelling = but(healthy("SHIPPED", day), { delivery: { dueAt: now + day } });
    expect(checks(travelling)).to.deep.equal([]);
  });

  it("is broken by a Cancel that nobody finishes", () => {
    const old = healthy("CANCELLED", hour);
    const open = payment({ ...old, ledger: [] }, { state: "TRYING", expiresAt: now - hour });
    const expired = reservation(open, { expiresAt: now - hour });
    expect(checks(expired)).to.deep.equal(["3 cancel-unfinished"]);
    expect(checks(listed(expired))).to.deep.equal([]);
    const overdue = listed(expired, "WAITING", now - hour);
    expect(checks(overdue)).to.include("3 cancel-unfinished");
  });
});

describe("promise 4, lifecycle", () => {
  const delivered = healthy("DELIVERED");
  const [placed, confirmed, ...rest] = journal("DELIVERED");
  if (placed === undefined || confirmed === undefined) throw new Error("no journal");
  const withJournal = (transitions: Facts["transitions"]) =>
    checks(but(delivered, { transitions }));

  it("is broken by a gap, and by a journal that does not hang together", () => {
    expect(withJournal([placed, ...rest])).to.include("4 version-gap");
    expect(withJournal([placed, { ...confirmed, from: "PROCESSING" }, ...rest])).to.include(
      "4 journal-not-chained",
    );
  });

  it("is broken by a transition that is illegal, or not its actor's to make", () => {
    expect(withJournal([placed, { ...confirmed, to: "SHIPPED" }, ...rest])).to.include(
      "4 illegal-transition",
    );
    const strangers = ["CUSTOMER alice", "SERVICE shipping", "ADMIN ", "CUSTOMER bob"];
    for (const stranger of strangers) {
      const [actorKind = "", actorId = ""] = stranger.split(" ");
      expect(withJournal([placed, { ...confirmed, actorKind, actorId }, ...rest])).to.deep.equal([
        "4 actor-not-entitled",
      ]);
    }
  });

  it("allows the coordinator and the admin to decide", () => {
    for (const actorKind of ["COORDINATOR", "ADMIN"]) {
      const decided = { ...confirmed, actorKind, actorId: "c" };
      expect(withJournal([placed, decided, ...rest])).to.deep.equal([]);
    }
  });

  it("is broken by a status that the journal does not end in", () => {
    expect(checks(status(delivered, { version: 6 }))).to.deep.equal([
      "4 journal-differs-from-status",
    ]);
    expect(withJournal(journal("SHIPPED"))).to.include("4 journal-differs-from-status");
    expect(withJournal([])).to.include("4 journal-differs-from-status");
  });

  it("is broken by two decisions, or by one before the Tries", () => {
    const cancelled = { ...confirmed, version: 3, from: "CONFIRMED", to: "CANCELLED" } as const;
    const both = but(healthy("CANCELLED"), { transitions: [placed, confirmed, cancelled] });
    expect(checks(both)).to.include("4 decided-otherwise-than-once");
    expect(checks(status(healthy("CONFIRMED"), { tried: false }))).to.deep.equal([
      "4 confirmed-untried",
    ]);
  });
});

describe("promise 5, fulfilment", () => {
  it("is broken by a shipment or delivery that is missing", () => {
    expect(checks(but(healthy("SHIPPED"), { shipment: undefined }))).to.deep.equal([
      "5 shipment-missing",
    ]);
    expect(checks(but(healthy("DELIVERED"), { delivery: undefined }))).to.deep.equal([
      "5 delivery-missing",
    ]);
    const shipment = { tracked: false };
    expect(checks(but(healthy("SHIPPED"), { shipment }))).to.deep.equal(["5 shipment-untracked"]);
  });

  it("is broken by one that comes before its time", () => {
    for (const state of ["PENDING", "CONFIRMED", "CANCELLED"] as const)
      expect(checks(but(healthy(state), { shipment: { tracked: true } }))).to.deep.equal([
        "5 shipped-too-early",
      ]);
    const delivery = { dueAt: now };
    expect(checks(but(healthy("PROCESSING"), { delivery }))).to.deep.equal([
      "5 delivered-too-early",
    ]);
  });
});

describe("promise 5, notifications", () => {
  const missing = (version: number, agoMs: number) => {
    const facts = healthy("DELIVERED", agoMs);
    return but(facts, {
      notifications: facts.notifications.filter((told) => told.version !== version),
    });
  };

  it("is broken by one that is missing for long", () => {
    expect(checks(missing(5, hour))).to.deep.equal(["5 notification-missing"]);
    expect(checks(missing(5, 5 * minute))).to.deep.equal([]); // The service may be away.
    expect(checks(missing(2, 5 * minute))).to.deep.equal(["5 notification-missing"]);
    expect(checks(missing(2, minute / 2))).to.deep.equal([]);
  });

  it("asks for none of what is not in the stream yet, or no more", () => {
    const facts = missing(5, hour);
    const transitions = facts.transitions.map((one) => ({ ...one, published: one.version < 5 }));
    expect(checks(but(facts, { transitions }))).to.deep.equal([]);
    expect(checks(missing(5, 8 * day))).to.deep.equal([]);
  });

  it("is broken by one of another event, or of none", () => {
    const told = (version: number, state: State) =>
      but(healthy("PENDING"), { notifications: [{ version, state }] });
    expect(checks(told(1, "SHIPPED"))).to.deep.equal(["5 notification-of-another-event"]);
    expect(checks(told(2, "CONFIRMED"))).to.deep.equal(["5 notification-without-event"]);
  });
});

describe("promise 6, acknowledgement", () => {
  it("is broken by an order that is lost", () => {
    expect(checks(but(healthy("DELIVERED"), { order: undefined }))).to.deep.equal(["6 order-lost"]);
    const unknown = but(healthy("PENDING"), {
      status: undefined,
      transitions: [],
      notifications: [],
      ledger: [],
    });
    expect(checks(unknown)).to.deep.equal(["6 announced-but-unknown"]);
  });

  it("is broken by a tombstone that has a status", () => {
    const dead = order(healthy("CANCELLED"), { fate: "ABANDONED" });
    expect(checks(dead)).to.deep.equal(["6 tombstone-with-status"]);
  });

  it("is broken by a stored order whose hold was cancelled as unknown", () => {
    expect(checks(reservation(healthy("PENDING"), { state: "CANCELLED" }))).to.deep.equal([
      "6 cancelled-as-unknown",
    ]);
    const unannounced = order(healthy("PENDING"), { announced: false });
    const gone = but(unannounced, {
      status: undefined,
      transitions: [],
      notifications: [],
      ledger: [],
    });
    expect(checks(reservation(gone, { state: "BLOCKED" }))).to.deep.equal([
      "6 cancelled-as-unknown",
    ]);
  });
});
