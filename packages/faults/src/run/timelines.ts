import type { Stack } from "@waybill/stack";
import { type Entry, type Ledger, orderIdsOf } from "../load/ledger.ts";
import { onDatabase } from "../sql.ts";
import type { RoundReport } from "./report.ts";

const AT_MOST = 10;

interface Transition {
  readonly version: number;
  readonly to_state: string;
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
  readonly publications: number;
}

interface Place {
  readonly at: string;
}

/** Where an order is in each database that may keep it waiting. */
const places = [
  {
    database: "order",
    text: "select format('order: %s, announced: %s', fate, is_announced) as at from orders where order_id = $1",
  },
  {
    database: "status",
    text: `select format('status: %s, tried: %s, announced again: %s times, next at %s', state, tried, reannouncements, reannounce_at) as at
       from statuses where order_id = $1`,
  },
  {
    database: "item",
    text: "select format('item: %s', state) as at from reservations where transaction_id = $1",
  },
  {
    database: "payment",
    text: "select format('payment: %s', state) as at from payments where transaction_id = $1",
  },
  {
    database: "workflow",
    text: `select format('workflow: %s in %s, %s attempts, next at %s, claimed until %s, %s', state, step, attempts, next_at,
         claimed_until, last_error) as at
       from processes where order_id = $1`,
  },
] as const;

/** The timelines of the orders that a round's problems are about, at most ten, with where they are and what their clients were told. */
export async function timelines(
  stack: Stack,
  ledger: Ledger,
  { contradictions, examples, open }: RoundReport,
): Promise<string> {
  const requests = new Set(contradictions.map(({ request }) => request));
  const ids = new Set([
    ...contradictions.flatMap(({ orderIds }) => orderIds),
    ...examples.map(({ subject }) => subject),
    ...Object.values(open).flat(),
  ]);
  const told = new Map(
    ledger.entries.flatMap((entry) => orderIdsOf(entry).map((id) => [id, entry] as const)),
  );
  const unnamed = ledger.entries.filter(
    (entry) => requests.has(entry.request) && orderIdsOf(entry).length === 0,
  );
  const shown = [...ids].slice(0, AT_MOST);
  const ofOrders = await Promise.all(
    shown.map(async (id) => [
      `  order ${id}`,
      ...(await journal(stack, id)),
      ...(await whereabouts(stack, id)),
      ...answers(told.get(id)),
    ]),
  );
  const ofRequests = unnamed.slice(0, AT_MOST).map((entry) => ["  no order", ...answers(entry)]);
  return [...ofOrders, ...ofRequests].flat().join("\n");
}

async function journal(stack: Stack, orderId: string): Promise<readonly string[]> {
  const rows = await onDatabase<Transition>(
    stack,
    "status",
    `select version, to_state, reason, actor_kind || ' ' || actor_id as actor, occurred_at::text as at, publications
       from transitions where order_id = $1 order by version`,
    [orderId],
  );
  return rows.map(({ version, to_state, reason, actor, at, publications }) => {
    const sent = `published ${publications} times`;
    return `    ${at}  ${version} ${to_state.padEnd(10)} by ${actor} ${reason} (${sent})`;
  });
}

async function whereabouts(stack: Stack, orderId: string): Promise<readonly string[]> {
  const found = await Promise.all(
    places.map(({ database, text }) => onDatabase<Place>(stack, database, text, [orderId])),
  );
  return found.flat().map(({ at }) => `    ${at}`);
}

function answers(entry: Entry | undefined): readonly string[] {
  if (entry === undefined) return ["    nobody was told of it"];
  const at = (ms: number) => new Date(performance.timeOrigin + ms).toISOString().slice(11, 23);
  return [
    `    request ${entry.request}: ${entry.wish.kind}, ${entry.wish.paymentMethod}`,
    ...entry.answers.map(
      ({ call, askedAt, answeredAt, state, refused }) =>
        `    ${at(askedAt)} to ${at(answeredAt)}  ${call}: ${refused ?? ""} ${state ?? ""}`,
    ),
  ];
}
