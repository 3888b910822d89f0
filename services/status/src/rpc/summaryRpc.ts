import { OrderState, type StatusServiceImplementation } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import { type StateSummary, summarizeStatuses } from "../db/statusSummary.ts";

/** How the lifecycle looks at the moment, for those who run the shop. */
export const summaryRpc = (
  db: Database,
): Pick<StatusServiceImplementation, "summarizeStatuses"> => ({
  summarizeStatuses: async () => ({ states: (await summarizeStatuses(db)).map(summaryMessage) }),
});

const summaryMessage = ({ state, orders, medianStayMs, p95StayMs, ...rest }: StateSummary) => ({
  ...rest,
  state: OrderState[state],
  orders: BigInt(orders),
  medianStayMs: optionalBigInt(medianStayMs),
  p95StayMs: optionalBigInt(p95StayMs),
});

const optionalBigInt = (value: number | undefined): bigint | undefined =>
  value === undefined ? undefined : BigInt(value);
