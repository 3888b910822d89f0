import type { ItemServiceClient } from "@waybill/contracts/item";
import type { StatusServiceClient } from "@waybill/contracts/status";
import type { UserServiceClient } from "@waybill/contracts/user";

/** What order asks of the other services: batches only, but for what people do one at a time. */
export type StatusPort = Pick<
  StatusServiceClient,
  "batchCreateStatuses" | "batchGetStatuses" | "updateStatus" | "listStatuses"
>;
export type ItemPort = Pick<ItemServiceClient, "batchTryReservations" | "batchCancelReservations">;
export type UserPort = Pick<UserServiceClient, "batchGetUsers">;
