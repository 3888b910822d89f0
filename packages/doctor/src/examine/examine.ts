import { examineAcknowledgement } from "./acknowledgement.ts";
import type { Facts } from "./facts.ts";
import type { Complaint, Examination, Finding, PromiseNumber } from "./finding.ts";
import { examineFulfilment } from "./fulfilment.ts";
import { examineLifecycle } from "./lifecycle.ts";
import { examineMoney } from "./money.ts";
import { examineNotifications } from "./notifications.ts";
import { examineProgress, underWay } from "./progress.ts";
import { examineStock } from "./stock.ts";

type Rule = (facts: Facts, now: number) => readonly Complaint[];

const rules: readonly (readonly [PromiseNumber, Rule])[] = [
  [1, examineStock],
  [2, examineMoney],
  [3, examineProgress],
  [4, examineLifecycle],
  [5, examineFulfilment],
  [5, examineNotifications],
  [6, examineAcknowledgement],
];

/**
 * Holds what the databases say about one order against the promises. Pure. `now` is in ms since 1970: for a stack that is stopped, when it was.
 * The facts are read from different databases, so on a running stack a finding is a suspicion until it is found again.
 */
export function examine(facts: Facts, now: number): Examination {
  const findings = rules.flatMap(([promise, rule]) =>
    rule(facts, now).map(([check, text]): Finding => ({ promise, check, subject: facts.id, text })),
  );
  const { process } = facts;
  const stuck = process?.state === "STUCK" ? `${process.step}: ${process.reason}` : undefined;
  return { findings, underWay: underWay(facts), stuck };
}
