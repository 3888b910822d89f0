import type { DatabaseName } from "@waybill/stack";

/** Work that is not finished yet. */
export interface OpenWork {
  readonly database: DatabaseName;
  /** What it is, for people. */
  readonly what: string;
  /** Selects the id of each, as `id`. */
  readonly text: string;
}

/** What is open while orders are under way. All of it comes to nothing by itself once all orders have ended, at the latest when holds expire. */
export const openWork: readonly OpenWork[] = [
  {
    database: "status",
    what: "orders",
    text: "select order_id as id from statuses where state not in ('DELIVERED', 'CANCELLED')",
  },
  {
    database: "order",
    what: "unannounced orders",
    text: "select order_id as id from orders where fate = 'STORED' and not is_announced",
  },
  {
    database: "item",
    what: "holds",
    text: "select transaction_id as id from reservations where state = 'TRIED'",
  },
  {
    database: "item",
    what: "items with held pieces",
    text: "select item_id as id from items where held <> 0",
  },
  {
    database: "payment",
    what: "payments",
    text: `select transaction_id as id from payments
      where state in ('TRYING', 'PENDING', 'TRIED', 'CONFIRMING', 'CANCELLING')`,
  },
  {
    database: "provider",
    what: "authorisations",
    text: `select transaction_id as id from ledger group by transaction_id
      having bool_or(kind in ('authorized', 'pending')) and not bool_or(kind in ('captured', 'voided'))`,
  },
  {
    database: "workflow",
    what: "processes",
    text: "select order_id as id from processes",
  },
];
