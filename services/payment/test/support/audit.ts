import { type Database, sql } from "@waybill/persistence";

/** What the provider's ledger says about one transaction. */
export interface Audit {
  readonly authorized: number;
  readonly captured: number;
  readonly voided: number;
  /** Authorisations, also pending ones, that are neither captured nor voided. */
  readonly open: number;
}

const auditAll = sql(
  "test_audit",
  `with references_ as (
     select transaction_id, reference,
       count(*) filter (where kind = 'authorized') as authorized,
       count(*) filter (where kind = 'captured') as captured,
       count(*) filter (where kind = 'voided') as voided,
       bool_or(kind in ('authorized', 'pending')) and not bool_or(kind in ('captured', 'voided')) as open
     from ledger group by transaction_id, reference)
   select transaction_id, sum(authorized)::int as authorized, sum(captured)::int as captured,
     sum(voided)::int as voided, (count(*) filter (where open))::int as open
   from references_ group by transaction_id`,
);

/** All transactions in the ledger. */
export async function auditLedger(books: Database): Promise<ReadonlyMap<string, Audit>> {
  const rows = await books.rows<Audit & { transaction_id: string }>(auditAll);
  return new Map(rows.map((row) => [row.transaction_id, row]));
}

const nothing: Audit = { authorized: 0, captured: 0, voided: 0, open: 0 };

export async function audit(books: Database, transactionId: string): Promise<Audit> {
  return (await auditLedger(books)).get(transactionId) ?? nothing;
}
