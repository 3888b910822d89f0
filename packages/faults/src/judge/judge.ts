import { type Answer, type Entry, isAcknowledged, orderIdsOf, type State } from "../load/ledger.ts";
import type { Kind } from "../load/wish.ts";
import type { Contradiction } from "./contradiction.ts";
import type { Facts } from "./facts.ts";

type Complaint = readonly [check: string, text: string];

const unknown: Facts = { isStored: false, state: undefined, isShipped: false };

/** Holds what a client was told against what the databases say once all is quiet. */
export function judge(entry: Entry, factsOf: ReadonlyMap<string, Facts>): readonly Contradiction[] {
  const orderIds = orderIdsOf(entry);
  const [orderId = ""] = orderIds;
  const facts = factsOf.get(orderId) ?? unknown;
  const complaints = [
    ...oneOrder(orderIds),
    ...answered(entry),
    ...refusals(entry),
    ...(isAcknowledged(entry)
      ? [...kept(facts), ...truthful(entry, facts), ...ended(entry, facts)]
      : []),
    ...inOrder(entry.answers),
  ];
  return complaints.map(([check, text]) => ({ check, text, request: entry.request, orderIds }));
}

function oneOrder(orderIds: readonly string[]): Complaint[] {
  if (orderIds.length < 2) return [];
  return [["two-orders", `one request was answered with the orders ${orderIds.join(" and ")}`]];
}

function answered({ unanswered }: Entry): Complaint[] {
  return unanswered
    ? [["never-answered", "a call was never answered, long after all had healed"]]
    : [];
}

function kept({ isStored, state }: Facts): Complaint[] {
  if (!isStored) return [["acknowledged-missing", "the order was acknowledged, and is not stored"]];
  if (state === undefined)
    return [["acknowledged-unknown", "the order is stored, and status does not know it"]];
  return [];
}

/** What a state may become. */
const later: Readonly<Record<State, readonly State[]>> = {
  PENDING: ["CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED", "CANCELLED"],
  CONFIRMED: ["PROCESSING", "SHIPPED", "DELIVERED"],
  PROCESSING: ["SHIPPED", "DELIVERED"],
  SHIPPED: ["DELIVERED"],
  DELIVERED: [],
  CANCELLED: [],
};

const mayBecome = (before: State, after: State): boolean =>
  before === after || later[before].includes(after);

/** The order has become something that it could become after what clients were told. */
function truthful({ answers }: Entry, { state, isShipped }: Facts): Complaint[] {
  const complaints: Complaint[] = [];
  for (const { call, state: told } of answers) {
    if (told === undefined || state === undefined) continue;
    if (told === "CANCELLED" && isShipped)
      complaints.push(["cancelled-shipped", `${call} reported it cancelled, and it was shipped`]);
    else if (!mayBecome(told, state))
      complaints.push(["answer-untrue", `${call} reported ${told}, and it is ${state}`]);
  }
  return complaints;
}

/** An answer that was given before another one was asked for cannot be later in the order's life. */
function inOrder(answers: readonly Answer[]): Complaint[] {
  const complaints: Complaint[] = [];
  for (const before of answers) {
    for (const after of answers) {
      if (before.answeredAt > after.askedAt || before.orderId !== after.orderId) continue;
      if (before.state === undefined || after.state === undefined) continue;
      if (!mayBecome(before.state, after.state)) {
        const text = `${before.call} reported ${before.state}, and ${after.call} later ${after.state}`;
        complaints.push(["answers-contradictory", text]);
      }
    }
  }
  return complaints;
}

/** How an order of this kind may end. Whoever neither cancels nor wants what is short gets the goods. */
const ends: Readonly<Record<Kind, readonly State[]>> = {
  plain: ["DELIVERED"],
  declined: ["CANCELLED"],
  "late-payment": ["DELIVERED"],
  "out-of-stock": ["CANCELLED"],
  "hot-item": ["DELIVERED", "CANCELLED"],
  cancelled: ["DELIVERED", "CANCELLED"],
  repeated: ["DELIVERED"],
  changed: ["DELIVERED"],
  "coordinator-confirms": ["DELIVERED"],
  "coordinator-cancels": ["CANCELLED"],
  "coordinator-too-late": [],
};

function ended({ wish: { kind }, unanswered }: Entry, { state }: Facts): Complaint[] {
  const isExpected = state === undefined || ends[kind].includes(state);
  // A coordinator's order whose decision was never asked for waits for its end.
  if (isExpected || unanswered) return [];
  return [["wrong-end", `an order "${kind}" ended as ${state}`]];
}

/** Hold expired and abandoned while a call hung: a named id cannot be tried again. */
const abandoned = ["ORDER_ABANDONED", "ORDER_CANCELLED"];

/** Refusals that a story of this kind may be told. */
const refusable: Readonly<Record<Kind, readonly string[]>> = {
  plain: [],
  declined: [],
  "late-payment": [],
  "out-of-stock": ["OUT_OF_STOCK"],
  "hot-item": ["OUT_OF_STOCK"],
  cancelled: ["NOT_CANCELLABLE"],
  repeated: [],
  changed: ["CONTENT_MISMATCH"],
  "coordinator-confirms": abandoned,
  "coordinator-cancels": abandoned,
  "coordinator-too-late": abandoned,
};

function refusals({ wish: { kind }, answers }: Entry): Complaint[] {
  return answers.flatMap(({ call, refused }): Complaint[] => {
    if (refused === undefined || refusable[kind].includes(refused)) return [];
    return [["wrongly-refused", `${call} of an order "${kind}" was refused: ${refused}`]];
  });
}
