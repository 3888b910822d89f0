/** Metrics of events that no fault here brings about, and why. All else must have data. */
export const unprovoked: Readonly<Record<string, string>> = {
  waybill_tcc_confirm_after_cancel: "stock or money would be wrong: never in order",
  waybill_order_refused_announcements: "status would have to be older than order",
  waybill_fulfilment_refused: "a database would have to be restored alone",
  waybill_batch_refused: "8,192 elements would have to wait",
  waybill_transaction_retries: "transactions lock in one order, so that none loses against another",
  waybill_relay_failures: "JetStream would have to refuse publications while it is connected",
};
