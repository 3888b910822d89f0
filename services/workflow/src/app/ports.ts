import type { Logger } from "@waybill/chassis";
import type { ItemServiceClient } from "@waybill/contracts/item";
import type { OrderServiceClient } from "@waybill/contracts/order";
import type { PaymentServiceClient } from "@waybill/contracts/payment";
import type { StatusServiceClient } from "@waybill/contracts/status";
import type { Sql } from "@waybill/persistence";
import type { DecisionRules } from "../domain/decision.ts";
import type { Step } from "../domain/process.ts";
import type { RetryRules } from "../domain/schedule.ts";

/** What the workflow asks of the other services: batches only. */
export interface Callees {
  readonly order: Pick<OrderServiceClient, "batchGetOrders" | "batchRecordPrices">;
  readonly item: Pick<
    ItemServiceClient,
    "batchTryReservations" | "batchConfirmReservations" | "batchCancelReservations"
  >;
  readonly payment: Pick<
    PaymentServiceClient,
    "batchTryPayments" | "batchConfirmPayments" | "batchCancelPayments"
  >;
  readonly status: Pick<
    StatusServiceClient,
    "batchGetStatuses" | "batchMarkTried" | "batchUpdateStatuses"
  >;
}

/** What every step works with. */
export interface Workshop {
  readonly callees: Callees;
  readonly decisions: DecisionRules;
  readonly retries: RetryRules;
  readonly clock: () => Date;
}

/** What events, timers and people's requests work with. */
export interface Workflow extends Workshop {
  readonly db: Sql;
  readonly logger: Logger;
  /** Tells the timer of this step that something is due at this time. */
  readonly alarm: (step: Step, at: Date) => void;
}
