import { OrderState, type StatusServiceImplementation } from "@waybill/contracts/status";
import type { StatusApp } from "../app/statusApp.ts";
import type { StateSummary } from "../db/statusSummary.ts";

/** How the lifecycle looks at the moment, for those who run the shop. */
export const summaryRpc = ({
  summaries,
}: StatusApp): Pick<StatusServiceImplementation, "summarizeStatuses"> => ({
  summarizeStatuses: async (_, { signal }) => {
    const summary = await summaries.submit(undefined, { signal });
    return { states: summary.map(summaryMessage) };
  },
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
