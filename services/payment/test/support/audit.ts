import { readFileSync } from "node:fs";
import { type Database, sql } from "@waybill/persistence";

/** What the provider's ledger says about one transaction. */
export interface Audit {
  readonly authorisations: number;
  readonly captured: number;
  readonly voided: number;
  /** Authorisations, also pending ones, that are neither captured nor voided. */
  readonly open: number;
}

/** The query of the README, so that it stays true. */
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const query = /```sql\n([^`]+);\n```/.exec(readme)?.[1];
if (query === undefined) throw new Error("the README has no query");
const auditAll = sql("test_audit", query);

/** All transactions in the ledger that money was set aside for. */
export async function auditLedger(books: Database): Promise<ReadonlyMap<string, Audit>> {
  const rows = await books.rows<Audit & { transaction_id: string }>(auditAll);
  return new Map(rows.map((row) => [row.transaction_id, row]));
}

const nothing: Audit = { authorisations: 0, captured: 0, voided: 0, open: 0 };

export async function audit(books: Database, transactionId: string): Promise<Audit> {
  return (await auditLedger(books)).get(transactionId) ?? nothing;
}
