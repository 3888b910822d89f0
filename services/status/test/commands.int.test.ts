import { createLogger } from "@waybill/chassis";
import { OrderState } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import type { Actor, State } from "../src/domain/lifecycle.ts";
import type { Command, Verdict } from "../src/domain/status.ts";
import { alice, delivery, move, refused, shipping, workflow } from "./support/asking.ts";
import { startReplica } from "./support/replica.ts";

const states: readonly State[] = [
  "PENDING",
  "CONFIRMED",
  "PROCESSING",
  "SHIPPED",
  "DELIVERED",
  "CANCELLED",
];
const legal = new Set([
  "→PENDING",
  "PENDING→CONFIRMED",
  "PENDING→CANCELLED",
  "CONFIRMED→PROCESSING",
  "PROCESSING→SHIPPED",
  "SHIPPED→DELIVERED",
]);

interface Row {
  readonly order_id: string;
  readonly version: number;
  readonly from_state: State | null;
  readonly to_state: State;
  readonly actor_kind: string;
  readonly traceparent: string;
}

const journalStatement = sql(
  "test_journal",
  "select * from transitions order by order_id, version",
);
const statusStatement = sql(
  "test_statuses",
  "select order_id, version, state, previous_state from statuses order by order_id",
);

/** A generator of numbers in [0, 1) that a failed test can be repeated with. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Asked for more often than the rest, so that orders get far. */
const sensible: readonly (readonly [State, State, string])[] = [
  ["PENDING", "CONFIRMED", "workflow"],
  ["PENDING", "CANCELLED", "workflow"],
  ["CONFIRMED", "PROCESSING", "workflow"],
  ["PROCESSING", "SHIPPED", "shipping"],
  ["SHIPPED", "DELIVERED", "delivery"],
];

function randomCommand(next: () => number): Command {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  const orderId = `o${Math.floor(next() * 40)}`;
  const kind = pick(["create", "markTried", "move", "move", "move", "move"] as const);
  if (kind === "markTried") return { kind, orderId, total: undefined, traceparent: "" };
  if (kind === "create") {
    return {
      ...{ kind, orderId, userId: "alice", total: undefined, reservationMode: "HELD" },
      ...{ placedAt: undefined, expiresAt: undefined, traceparent: "" },
    };
  }
  if (next() < 0.5) {
    const [from, to, id] = pick(sensible);
    return { kind, orderId, from, to, reason: "", actor: { kind: "SERVICE", id }, traceparent: "" };
  }
  const actors: readonly Actor[] = [
    { kind: "SERVICE", id: "workflow" },
    { kind: "SERVICE", id: "shipping" },
    { kind: "SERVICE", id: "delivery" },
    { kind: "CUSTOMER", id: "alice" },
    { kind: "CUSTOMER", id: "mallory" },
    { kind: "COORDINATOR", id: "travel" },
  ];
  const from = pick(states);
  const to = pick(states);
  return { kind, orderId, from, to, reason: "", actor: pick(actors), traceparent: "" };
}

const verdictOf = (result: PromiseSettledResult<Verdict>): Verdict => {
  if (result.status === "fulfilled") return result.value;
  throw result.reason;
};

describe("commands", () => {
  it("of rivals on two replicas leave a journal without gaps, of legal steps, with one decision each", async () => {
    await using first = await startReplica();
    await using second = await startReplica({ url: first.url });
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
    const next = random(seed);
    const submissions: Promise<readonly PromiseSettledResult<Verdict>[]>[] = [];
    for (let round = 0; round < 120; round++) {
      const commands = Array.from({ length: 1 + Math.floor(next() * 60) }, () =>
        randomCommand(next),
      );
      const { app } = next() < 0.5 ? first : second;
      submissions.push(app.commands.submitAll(commands));
      if (next() < 0.3) await Promise.all(submissions.slice(-3));
    }
    const verdicts = (await Promise.all(submissions)).flat().map(verdictOf);

    const journal = await first.db.rows<Row>(journalStatement);
    const moved = verdicts.filter(({ kind }) => kind === "moved").length;
    expect(journal.length, `seed ${seed}: each move is one row`).to.equal(moved);
    const statuses = await first.db.rows<{ order_id: string; version: number; state: State }>(
      statusStatement,
    );
    expect(statuses.length).to.be.greaterThan(20);
    expect(statuses.some(({ state }) => state === "DELIVERED")).to.equal(true);
    for (const { order_id: orderId, version, state } of statuses) {
      const steps = journal.filter((row) => row.order_id === orderId);
      expect(
        steps.map((step) => step.version),
        `seed ${seed}: versions of ${orderId}`,
      ).to.deep.equal(Array.from({ length: version }, (_, index) => index + 1));
      expect(steps.at(-1)?.to_state, `seed ${seed}: state of ${orderId}`).to.equal(state);
      steps.forEach((step, index) => {
        expect(step.from_state, `seed ${seed}`).to.equal(steps[index - 1]?.to_state ?? null);
        expect(legal, `seed ${seed}`).to.include(`${step.from_state ?? ""}→${step.to_state}`);
      });
      const decisions = steps.filter((step) => step.from_state === "PENDING");
      expect(decisions.length, `seed ${seed}: decisions on ${orderId}`).to.be.at.most(1);
    }
  });

  it("that cancel and confirm race, across replicas and within one batch: exactly one decision", async () => {
    await using first = await startReplica();
    await using second = await startReplica({ url: first.url });
    const ids = Array.from({ length: 150 }, (_, index) => `race-${index}`);
    await first.client.batchCreateStatuses({
      requests: ids.map((orderId) => ({ orderId, userId: "alice" })),
    });
    await first.client.batchMarkTried({ requests: ids.map((orderId) => ({ orderId })) });
    const answers = await Promise.all(
      ids.map(async (orderId, index) => {
        const confirm = move(orderId, "PENDING", "CONFIRMED");
        const cancel = move(orderId, "PENDING", "CANCELLED", alice);
        if (index % 3 === 0) {
          const requests = index % 2 === 0 ? [confirm, cancel] : [cancel, confirm];
          const { results } = await first.client.batchUpdateStatuses({ requests });
          return results.map(({ result }) => result?.$case === "response");
        }
        const asked = index % 2 === 0 ? [confirm, cancel] : [cancel, confirm];
        return Promise.all(
          asked.map((request, at) =>
            (at === 0 ? first : second).client.updateStatus(request).then(
              () => true,
              () => false,
            ),
          ),
        );
      }),
    );
    for (const [index, won] of answers.entries()) {
      expect(won.filter(Boolean), `decisions on ${ids[index]}`).to.have.length(1);
    }
    const journal = await first.db.rows<Row>(journalStatement);
    expect(journal).to.have.length(2 * ids.length);
  });

  it("of one order are applied in the order of the batch, and unary twins meet in the same transaction", async () => {
    await using replica = await startReplica();
    const { client } = replica;
    await client.createStatus({ orderId: "o", userId: "alice" });
    await client.markTried({ orderId: "o", total: { minorUnits: 5n, currency: "EUR" } });
    const { results } = await client.batchUpdateStatuses({
      requests: [
        move("o", "CONFIRMED", "PROCESSING"),
        move("o", "PENDING", "CONFIRMED"),
        move("o", "PENDING", "CANCELLED", alice),
        move("o", "CONFIRMED", "PROCESSING"),
        move("o", "PROCESSING", "SHIPPED", shipping),
        move("o", "PROCESSING", "SHIPPED", shipping),
        move("o", "SHIPPED", "DELIVERED", delivery),
      ],
    });
    const outcomes = results.map(({ result, current }) => {
      const replayed = result?.$case === "response" && result.value.replayed;
      return `${result?.$case}${replayed ? " replayed" : ""} ${current?.state}.${current?.version}`;
    });
    expect(outcomes).to.deep.equal([
      `failure ${OrderState.PENDING}.1`,
      `response ${OrderState.CONFIRMED}.2`,
      `failure ${OrderState.CONFIRMED}.2`,
      `response ${OrderState.PROCESSING}.3`,
      `response ${OrderState.SHIPPED}.4`,
      `response replayed ${OrderState.SHIPPED}.4`,
      `response ${OrderState.DELIVERED}.5`,
    ]);
  });

  it("create once: ten in parallel on two replicas get the same status", async () => {
    await using first = await startReplica();
    await using second = await startReplica({ url: first.url });
    const placedAt = new Date("2026-11-20T12:00:00.123Z");
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        [first, second][index % 2]?.client.createStatus({ orderId: "o", userId: "a", placedAt }),
      ),
    );
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    expect(answers[0]?.status).to.deep.include({ version: 1, placedAt });
    expect(await first.db.rows(journalStatement)).to.have.length(1);
  });

  it("do not deadlock when batches name the same orders in opposite orders", async () => {
    await using first = await startReplica({ lanes: 4 });
    await using second = await startReplica({ url: first.url, lanes: 4 });
    const ids = Array.from({ length: 100 }, (_, index) => `o${index}`);
    const requests = ids.map((orderId) => ({ orderId, userId: "alice" }));
    const all = await Promise.all(
      [first, second].flatMap(({ client }) => [
        client.batchCreateStatuses({ requests }),
        client.batchCreateStatuses({ requests: requests.toReversed() }),
        client.batchMarkTried({ requests: ids.toReversed().map((orderId) => ({ orderId })) }),
      ]),
    );
    const created = all.filter((_, index) => index % 3 < 2);
    for (const { results } of created) {
      for (const { result } of results) expect(result?.$case).to.equal("response");
    }
    expect(await first.db.rows(journalStatement)).to.have.length(100);
  });

  it("keep the trace that the request names, and never a malformed one", async () => {
    await using replica = await startReplica();
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const create = async (orderId: string, given: string) => {
      const request = { orderId, userId: "alice", traceparent: given };
      return (await replica.client.createStatus(request)).status?.traceparent;
    };
    expect(await create("traced", traceparent)).to.equal(traceparent);
    expect(await create("malformed", "00-garbage\0")).to.equal("");
    expect(await create("long", "x".repeat(100_000))).to.equal("");
  });

  it("that fail unexpectedly in a batch are told to the log", async () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const logger = createLogger("status", { level: "error", format: "json" }, { write });
    await using replica = await startReplica({ logger });
    await replica.db.run(sql("test_break", "alter table statuses rename to broken"));
    const requests = [{ orderId: "o", userId: "alice" }];
    await replica.client.batchCreateStatuses({ requests });
    await replica.client.batchGetStatuses({ orderIds: ["o"] });
    expect(lines).to.have.lengthOf(2);
    for (const line of lines) expect(line).to.contain('relation \\"statuses\\" does not exist');
  });

  it("mark the Tries of a PENDING order only, and set a total once", async () => {
    await using replica = await startReplica();
    const { client } = replica;
    const eur = (minorUnits: bigint) => ({ minorUnits, currency: "EUR" });
    await client.createStatus({ orderId: "o", userId: "alice" });
    const mark = async (minorUnits: bigint) =>
      (await client.markTried({ orderId: "o", total: eur(minorUnits) })).status?.total;
    expect(await mark(700n)).to.deep.equal(eur(700n));
    expect(await mark(900n)).to.deep.equal(eur(700n));
    await client.createStatus({ orderId: "gone", userId: "alice" });
    await client.updateStatus(move("gone", "PENDING", "CANCELLED", workflow));
    expect(await refused(client.markTried({ orderId: "gone" }))).to.equal(
      "ABORTED ORDER_CANCELLED",
    );
  });
});
