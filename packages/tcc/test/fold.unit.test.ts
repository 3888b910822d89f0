import { expect } from "chai";
import type { Effects, Fence, Operation, Outcome } from "../src/index.ts";
import { fold } from "../src/index.ts";

interface Row extends Fence {
  readonly amount: number;
}

/** A participant with a budget: a Try takes from it, a Cancel gives back. */
function budget(available: number): Effects<number, Row, "TOO_LITTLE"> & { left(): number } {
  let left = available;
  return {
    left: () => left,
    try: ({ transactionId, content, contentHash }) => {
      if (content > left) return { kind: "declined", refusal: "TOO_LITTLE" };
      left -= content;
      return {
        kind: "tried",
        row: { transactionId, contentHash, amount: content, state: "TRIED" },
      };
    },
    confirm: (row) => ({ ...row, state: "CONFIRMED" }),
    cancel: (row) => {
      left += row.amount;
      return { ...row, state: "CANCELLED" };
    },
    block: (transactionId) => ({ transactionId, contentHash: "", amount: 0, state: "BLOCKED" }),
  };
}

const tryIt = (transactionId: string, amount: number): Operation<number> => ({
  kind: "try",
  transactionId,
  content: amount,
  contentHash: `${amount}`,
});
const confirm = (transactionId: string): Operation<number> => ({ kind: "confirm", transactionId });
const cancel = (transactionId: string): Operation<number> => ({ kind: "cancel", transactionId });

function name(outcome: Outcome<Row, string>): string {
  if (outcome.kind === "refused") return outcome.reason;
  if (outcome.kind === "declined") return outcome.refusal;
  return outcome.kind === "done" ? outcome.row.state : outcome.kind;
}

function play(operations: Operation<number>[], available: number, rows: Row[] = []) {
  const effects = budget(available);
  const known = new Map(rows.map((row) => [row.transactionId, row]));
  const { outcomes, added, changed } = fold(operations, known, effects);
  const states = (list: readonly Row[]) => list.map((row) => `${row.transactionId}=${row.state}`);
  return {
    outcomes: outcomes.map(name),
    added: states(added),
    changed: states(changed),
    left: effects.left(),
  };
}

describe("a batch of operations", () => {
  it("lets Try, Confirm and Cancel of one transaction see each other, in the order they came", () => {
    const played = play(
      [tryIt("t", 3), tryIt("t", 3), confirm("t"), cancel("t"), tryIt("t", 4)],
      10,
    );
    expect(played).to.deep.equal({
      outcomes: ["TRIED", "replayed", "CONFIRMED", "ALREADY_CONFIRMED", "CONTENT_MISMATCH"],
      added: ["t=CONFIRMED"],
      changed: [],
      left: 7,
    });
  });

  it("stops a Try that comes after its Cancel", () => {
    const played = play([cancel("t"), tryIt("t", 3), confirm("t")], 10);
    expect(played.outcomes).to.deep.equal([
      "BLOCKED",
      "TRANSACTION_CANCELLED",
      "TRANSACTION_CANCELLED",
    ]);
    expect(played.left).to.equal(10);
  });

  it("gives what one transaction releases to the next one", () => {
    const played = play([tryIt("a", 10), tryIt("b", 5), cancel("a"), tryIt("b", 5)], 10);
    expect(played.outcomes).to.deep.equal(["TRIED", "TOO_LITTLE", "CANCELLED", "TRIED"]);
    expect(played.left).to.equal(5);
  });

  it("leaves no row of a Try that was declined", () => {
    const played = play([tryIt("t", 11), confirm("t")], 10);
    expect(played).to.deep.equal({
      outcomes: ["TOO_LITTLE", "NOT_TRIED"],
      added: [],
      changed: [],
      left: 10,
    });
  });

  it("tells rows to insert from rows to update, each by transaction id and once", () => {
    const tried: Row = { transactionId: "b", contentHash: "1", amount: 1, state: "TRIED" };
    const kept: Row = { ...tried, transactionId: "d" };
    const played = play(
      [tryIt("c", 1), tryIt("a", 1), tryIt("d", 1), confirm("b"), cancel("c")],
      10,
      [tried, kept],
    );
    expect(played.added).to.deep.equal(["a=TRIED", "c=CANCELLED"]);
    expect(played.changed).to.deep.equal(["b=CONFIRMED"]);
  });
});
