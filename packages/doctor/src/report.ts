import type { Diagnosis, PromiseDiagnosis } from "./diagnose.ts";
import type { Repair, Repaired, RepairKind } from "./repair/repairs.ts";

const number = new Intl.NumberFormat("en");

/** What is promised, in a few words. */
const promised: Readonly<Record<PromiseDiagnosis["promise"], string>> = {
  1: "on hand = initial + adjusted − confirmed, held = tried, never oversold",
  2: "captured once when due, never when cancelled; nothing left authorised",
  3: "delivered or cancelled in the end; what is stuck is listed",
  4: "legal moves by entitled actors, no gaps, one decision",
  5: "one shipment, one delivery, one notification per event",
  6: "nothing acknowledged is lost or cancelled as unknown",
};

/** The diagnosis as a table for people. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { place, at, orders, promises, underWay, stuck } = diagnosis;
  const time = at.toISOString().slice(0, 19).replace("T", " ");
  return [
    `The doctor looked into ${place}, as of ${time} UTC: ${count(orders, "order")}`,
    "",
    ...promises.flatMap(promiseLines),
    ...groupLines("Under way", underWay),
    ...groupLines("Stuck, and listed by the workflow", stuck),
    ...noteLines(diagnosis),
    ...apartLines(diagnosis),
    "",
    verdict(diagnosis),
  ].join("\n");
}

/** One line: whether all is well. */
export function verdict({ promises, healthy }: Diagnosis): string {
  if (healthy) return "✔ All six promises are kept.";
  const broken = promises.filter(({ kept }) => !kept).map(({ promise }) => promise);
  if (broken.length === 0) return "✘ Not all databases were restored together.";
  return `✘ Broken: promise ${broken.join(", ")}.`;
}

function promiseLines({ promise, title, kept, figures, broken, examples }: PromiseDiagnosis) {
  const shown = Object.entries(figures).map(([name, value]) => figure(name, value));
  const kinds = Object.entries(broken).map(([check, times]) => `${check} ${number.format(times)}`);
  return [
    `${kept ? "✔" : "✘"} ${promise} ${title.padEnd(16)}${promised[promise]}`,
    ...wrap(shown.map(unbroken).join("\u00a0· ")),
    ...(kept ? [] : wrap(`BROKEN: ${kinds.join(", ")}`)),
    ...examples.map(({ subject, check, text }) => `${indent}  ${subject}: ${text} [${check}]`),
  ];
}

/** A figure stays on one line. */
const unbroken = (figure: string): string => figure.replaceAll(" ", "\u00a0");

const indent = " ".repeat(20);
const width = 110;

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(indent + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => line.replaceAll("\u00a0", " "));
}

const minorUnits = / ([A-Z]{3}) minor units$/;

function figure(name: string, value: number): string {
  const currency = minorUnits.exec(name)?.[1];
  return currency === undefined
    ? `${name} ${number.format(value)}`
    : name.replace(minorUnits, ` ${money(currency, value)}`);
}

function money(currency: string, minor: number): string {
  const format = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    currencyDisplay: "code",
  });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits).replace(/\s/, " ");
}

function groupLines(title: string, group: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(group);
  if (entries.length === 0) return [];
  const total = entries.reduce((sum, [, times]) => sum + times, 0);
  return [
    "",
    `${title}: ${number.format(total)}`,
    ...entries.map(([name, times]) => `${number.format(times).padStart(10)}  ${name}`),
  ];
}

function apartLines({ restoredApart }: Diagnosis): string[] {
  if (restoredApart === undefined) return [];
  const epochs = Object.entries(restoredApart).map(
    ([name, epoch]) => `${epoch === 0 ? "never" : new Date(epoch * 1_000).toISOString()}  ${name}`,
  );
  return [
    "",
    "✘ The databases were not restored together, so that they tell of different pasts. Last restored:",
    ...epochs.map((line) => `  ${line}`),
  ];
}

/** What each kind of repair does. */
const repairs: Readonly<Record<RepairKind, string>> = {
  announce: "to be announced to status",
  publish: "with events to be published",
  resolve: "with an expired hold of stock to be resolved",
};

/** Repairs before they are made, or, with how they came out, after. */
export const formatRepairs = (all: readonly (Repair | Repaired)[]): string =>
  all.map(repairLine).join("\n");

function repairLine(repair: Repair | Repaired): string {
  const what = `${repair.kind.padEnd(8)} ${repair.subject}`;
  if (!("after" in repair)) return `  ${what}: ${repair.before}`;
  return `${repair.isDone ? "✔" : "✘"} ${what}: ${repair.after}`;
}

function noteLines({ unpublished, repairable, deadLetters }: Diagnosis): string[] {
  const notes: string[] = [];
  if (unpublished > 0)
    notes.push(
      `! ${count(unpublished, "journal row")} older than a minute not in the stream yet: is NATS, or status, away?`,
    );
  for (const [kind, times] of Object.entries(repairable))
    notes.push(
      `! ${count(times, "order")} ${repairs[kind as RepairKind]}: npm run doctor -- --repair does it`,
    );
  if (deadLetters === undefined) notes.push("! Dead letters were not counted: no NATS was reached");
  else if (deadLetters > 0)
    notes.push(
      `! ${count(deadLetters, "dead letter")}: see GET /api/dead-letters, or WorkflowService/ListDeadLetters on the workflow's port`,
    );
  return notes.length === 0 ? [] : ["", ...notes];
}

const count = (times: number, thing: string): string =>
  `${number.format(times)} ${thing}${times === 1 ? "" : "s"}`;
