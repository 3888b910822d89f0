import { type Sql, type Statement, sql } from "@waybill/persistence";
import type { PaymentStateName } from "../domain/payment.ts";
import { columns, type PaymentRecord, type PaymentRow, toRecord } from "./paymentRow.ts";

/** What a list shows, the latest first. */
export interface PaymentFilter {
  readonly userId?: string;
  /** Any of these. */
  readonly states?: readonly PaymentStateName[];
}

/** The sort key of the last payment of the page before. */
export interface PagePosition {
  readonly createdAt: Date;
  readonly transactionId: string;
}

/** One statement per combination of filters, so that each has a plan, and an index, of its own. */
const page = (name: string, filter = "") =>
  sql(
    name,
    `select ${columns} from payments where (created_at, transaction_id) < ($1, $2) ${filter}
     order by created_at desc, transaction_id desc limit $3`,
  );
const pageOfAll = page("payment_list");
const pageOfUser = page("payment_list_of_user", "and user_id = $4");
/** Reads payments until the page is full. */
const pageByState = page("payment_list_by_state", "and state = any($4::text[])");
const pageOfUserByState = page(
  "payment_list_of_user_by_state",
  "and user_id = $4 and state = any($5::text[])",
);
/** Few open payments are read sooner than all those that have ended since. */
const pageByOpenState = page(
  "payment_list_by_open_state",
  "and is_open and state = any($4::text[])",
);
const pageOfUserByOpenState = page(
  "payment_list_of_user_by_open_state",
  "and user_id = $4 and is_open and state = any($5::text[])",
);

/** At most `limit` payments, the latest first, after the position. */
export async function listPayments(
  db: Sql,
  { userId, states }: PaymentFilter,
  after: PagePosition | undefined,
  limit: number,
): Promise<readonly PaymentRecord[]> {
  const position = after ? [after.createdAt, after.transactionId] : ["infinity", ""];
  const filters = [userId, states].filter((filter) => filter !== undefined);
  const statement = statementFor(userId !== undefined, states);
  const rows = await db.rows<PaymentRow>(statement, [...position, limit, ...filters]);
  return rows.map(toRecord);
}

/** As the column `is_open` has it. */
const openStates: readonly PaymentStateName[] = [
  "TRYING",
  "PENDING",
  "TRIED",
  "CONFIRMING",
  "CANCELLING",
];

function statementFor(ofUser: boolean, states: readonly PaymentStateName[] | undefined): Statement {
  if (states === undefined) return ofUser ? pageOfUser : pageOfAll;
  if (states.every((state) => openStates.includes(state))) {
    return ofUser ? pageOfUserByOpenState : pageByOpenState;
  }
  return ofUser ? pageOfUserByState : pageByState;
}
