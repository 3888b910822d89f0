import { expect } from "chai";
import { decideAll } from "../src/domain/batch.ts";
import type { Actor, State } from "../src/domain/lifecycle.ts";
import { type Create, decide, type Move, type Status } from "../src/domain/status.ts";

const now = new Date("2026-11-20T12:00:00Z");
const states: readonly State[] = [
  "PENDING",
  "CONFIRMED",
  "PROCESSING",
  "SHIPPED",
  "DELIVERED",
  "CANCELLED",
];
const workflow: Actor = { kind: "SERVICE", id: "workflow" };
const shipping: Actor = { kind: "SERVICE", id: "shipping" };
const delivery: Actor = { kind: "SERVICE", id: "delivery" };
const customer: Actor = { kind: "CUSTOMER", id: "alice" };
const stranger: Actor = { kind: "CUSTOMER", id: "mallory" };
const admin: Actor = { kind: "ADMIN", id: "root" };
const coordinator: Actor = { kind: "COORDINATOR", id: "travel" };
const everybody = [workflow, shipping, delivery, customer, stranger, admin, coordinator];

/** The table of design: which transition is legal, and who may ask for it. */
const legal: readonly [State, State, readonly Actor[]][] = [
  ["PENDING", "CONFIRMED", [workflow, coordinator, admin]],
  ["PENDING", "CANCELLED", [workflow, customer, coordinator, admin]],
  ["CONFIRMED", "PROCESSING", [workflow]],
  ["PROCESSING", "SHIPPED", [shipping]],
  ["SHIPPED", "DELIVERED", [delivery]],
];

const create: Create = {
  kind: "create",
  orderId: "o1",
  userId: "alice",
  total: { minorUnits: 100n, currency: "EUR" },
  reservationMode: "HELD",
  placedAt: now,
  expiresAt: undefined,
  traceparent: "",
};

function statusIn(state: State, previousState?: State): Status {
  const { kind: _, ...content } = create;
  return {
    ...content,
    state,
    previousState,
    version: 3,
    tried: true,
    placedAt: now,
    movedAt: now,
    reason: "",
  };
}

const move = (from: State, to: State, actor: Actor): Move => ({
  kind: "move",
  orderId: "o1",
  from,
  to,
  reason: "",
  actor,
  traceparent: "",
});

describe("the lifecycle", () => {
  it("allows each transition to those entitled to it, and nothing to anybody else", () => {
    for (const from of states) {
      for (const to of states) {
        const entitled = legal.find(([a, b]) => a === from && b === to)?.[2] ?? [];
        for (const actor of everybody) {
          const verdict = decide(statusIn(from), move(from, to, actor), now);
          const expected = entitled.includes(actor) ? "moved" : "refused";
          expect(verdict.kind, `${from} → ${to} by ${actor.id}`).to.equal(expected);
        }
      }
    }
  });

  it("counts versions without gaps and tells where an order came from", () => {
    const verdict = decide(statusIn("PENDING"), move("PENDING", "CONFIRMED", workflow), now);
    expect(verdict).to.deep.include({ kind: "moved" });
    if (verdict.kind !== "moved") return;
    expect(verdict.status).to.include({ state: "CONFIRMED", previousState: "PENDING", version: 4 });
    expect(verdict.transition).to.include({ from: "PENDING", to: "CONFIRMED", version: 4 });
  });

  it("answers a repeated transition as a success that changes nothing", () => {
    const confirmed = statusIn("CONFIRMED", "PENDING");
    const verdict = decide(confirmed, move("PENDING", "CONFIRMED", workflow), now);
    expect(verdict).to.deep.equal({ kind: "replayed", status: confirmed });
  });

  it("refuses who comes too late, with the state that holds", () => {
    const shipped = statusIn("SHIPPED", "PROCESSING");
    const verdict = decide(shipped, move("PENDING", "CANCELLED", customer), now);
    expect(verdict).to.deep.include({
      kind: "refused",
      reason: "STATE_MISMATCH",
      current: shipped,
    });
  });

  it("never confirms an order whose Tries are not complete", () => {
    const untried = { ...statusIn("PENDING"), tried: false };
    const verdict = decide(untried, move("PENDING", "CONFIRMED", coordinator), now);
    expect(verdict).to.deep.include({ kind: "refused", reason: "TRY_INCOMPLETE" });
  });

  it("marks and confirms in one step, for the workflow alone", () => {
    const total = { minorUnits: 999n, currency: "EUR" };
    const untried = { ...statusIn("PENDING"), tried: false, total: undefined };
    const confirm = (actor: Actor): Move => ({
      ...move("PENDING", "CONFIRMED", actor),
      tried: { total },
    });
    const verdict = decide(untried, confirm(workflow), now);
    if (verdict.kind !== "moved") expect.fail(verdict.kind);
    expect(verdict.status).to.deep.include({ state: "CONFIRMED", tried: true, total, version: 4 });
    for (const actor of everybody.filter((each) => each !== workflow)) {
      expect(decide(untried, confirm(actor), now), actor.id).to.deep.include({
        kind: "refused",
        reason: "ACTOR_NOT_ENTITLED",
      });
    }
    const cancelled = statusIn("CANCELLED", "PENDING");
    expect(decide(cancelled, confirm(workflow), now)).to.deep.include({
      kind: "refused",
      reason: "STATE_MISMATCH",
    });
  });

  it("refuses to mark a cancelled order as tried", () => {
    const command = {
      kind: "markTried",
      orderId: "o1",
      total: undefined,
      traceparent: "",
    } as const;
    const verdict = decide(statusIn("CANCELLED", "PENDING"), command, now);
    expect(verdict).to.deep.include({ kind: "refused", reason: "CANCELLED" });
  });

  it("keeps the total that was recorded first", () => {
    const total = { minorUnits: 999n, currency: "EUR" };
    const command = { kind: "markTried", orderId: "o1", total, traceparent: "" } as const;
    const verdict = decide({ ...statusIn("PENDING"), tried: false }, command, now);
    expect(verdict.kind === "marked" && verdict.status.total?.minorUnits).to.equal(100n);
  });
});

describe("a batch of commands", () => {
  it("lets later commands of an order see what earlier ones did", () => {
    const tried = { kind: "markTried", orderId: "o1", total: undefined, traceparent: "" } as const;
    const outcome = decideAll(
      new Map(),
      [
        create,
        create,
        tried,
        move("PENDING", "CONFIRMED", workflow),
        move("PENDING", "CANCELLED", customer),
        move("CONFIRMED", "PROCESSING", workflow),
      ],
      now,
    );
    expect(outcome.verdicts.map(({ kind }) => kind)).to.deep.equal([
      "moved",
      "replayed",
      "marked",
      "moved",
      "refused",
      "moved",
    ]);
    expect(outcome.created).to.have.length(1);
    expect(outcome.created[0]).to.include({ state: "PROCESSING", version: 3 });
    expect(outcome.changed).to.be.empty;
    expect(outcome.transitions.map(({ version }) => version)).to.deep.equal([1, 2, 3]);
  });

  it("writes each order once, in the order of the ids", () => {
    const commands = ["c", "a", "b", "a"].map((orderId) => ({ ...create, orderId }));
    const outcome = decideAll(new Map(), commands, now);
    expect(outcome.created.map(({ orderId }) => orderId)).to.deep.equal(["a", "b", "c"]);
  });
});
