import { type Sql, sql } from "@waybill/persistence";
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

const page = (name: string, ofUser: string) =>
  sql(
    name,
    `select ${columns} from payments
     where (created_at, transaction_id) < (coalesce($1::timestamptz, 'infinity'), $2::text)
       and ($3::text[] is null or state = any($3::text[])) ${ofUser}
     order by created_at desc, transaction_id desc limit $4`,
  );
const pageOfAll = page("payment_list", "");
const pageOfUser = page("payment_list_of_user", "and user_id = $5");

/** At most `limit` payments, the latest first, after the position. */
export async function listPayments(
  db: Sql,
  filter: PaymentFilter,
  after: PagePosition | undefined,
  limit: number,
): Promise<readonly PaymentRecord[]> {
  const position = [after?.createdAt, after?.transactionId ?? ""];
  const parameters = [...position, filter.states, limit];
  const rows =
    filter.userId === undefined
      ? await db.rows<PaymentRow>(pageOfAll, parameters)
      : await db.rows<PaymentRow>(pageOfUser, [...parameters, filter.userId]);
  return rows.map(toRecord);
}
