import { expect } from "chai";
import { expectBalanced, openApp, operation, stockItem, word } from "./support.ts";

const transactions = 40;
const items = ["a", "b", "c", "d"];
const rounds = 12;
const operationsPerRound = 60;

/** mulberry32: small, and the same numbers for the same seed, so that a failure can be repeated. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function randomOperation(random: (below: number) => number): string {
  const n = random(transactions);
  const kind = ["try", "try", "try", "confirm", "cancel"][random(5)];
  if (kind !== "try") return `${kind} t${n}`;
  // The content follows from the transaction, but now and then it is another one. Lines come in any order.
  const other = random(10) === 0 ? 1 : 0;
  const lines = [
    `${items[n % 4]}:${1 + (n % 3) + other}`,
    `${items[(n * 7 + 1) % 4]}:${1 + (n % 2)}`,
  ];
  return `try t${n} ${(random(2) ? lines : lines.reverse()).join(" ")}`;
}

/** What may happen to one transaction: whatever the order of answers, no two of these go together. */
function contradictions(answers: readonly string[]): string[] {
  const count = (answer: string) => answers.filter((it) => it === answer).length;
  const found: string[] = [];
  for (const once of ["TRIED", "CONFIRMED", "CANCELLED", "BLOCKED"]) {
    if (count(once) > 1) found.push(`${once} ${count(once)} times`);
  }
  if (count("CONFIRMED") && count("CANCELLED")) found.push("CONFIRMED and CANCELLED");
  if (count("BLOCKED") && count("TRIED")) found.push("BLOCKED and TRIED");
  if (count("CONFIRMED") > count("TRIED")) found.push("CONFIRMED without TRIED");
  if (count("CANCELLED") > count("TRIED")) found.push("CANCELLED without TRIED");
  return found;
}

describe("rivals: two instances with two lanes each on one database", () => {
  for (const seed of [1, 2, 3]) {
    it(`never contradict themselves, deadlock or lose a piece (seed ${seed})`, async () => {
      const random = randomNumbers(seed);
      await using one = await openApp({ lanes: 2, maxBatchSize: 16 });
      await using other = await openApp({ url: one.url, lanes: 2, maxBatchSize: 16 });
      for (const item of items) await stockItem(one.app, item, 30);

      const answers = new Map<string, string[]>();
      for (let round = 0; round < rounds; round += 1) {
        const asked = Array.from({ length: operationsPerRound }, () => randomOperation(random));
        const outcomes = await Promise.all(
          asked.map((words) => (random(2) ? one : other).app.reservations.submit(operation(words))),
        );
        for (const [index, outcome] of outcomes.entries()) {
          const transactionId = asked[index]?.split(" ")[1] ?? "";
          answers.set(transactionId, [...(answers.get(transactionId) ?? []), word(outcome)]);
        }
        await expectBalanced(one.db);
      }
      for (const [transactionId, given] of answers) {
        expect(contradictions(given), `answers about ${transactionId}`).to.deep.equal([]);
      }
    });
  }
});
