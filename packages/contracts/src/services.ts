/** The services that have contracts, all but the gateway, in the order of their local ports. */
export const contractServices = [
  "order",
  "status",
  "item",
  "payment",
  "user",
  "workflow",
  "shipping",
  "delivery",
  "notification",
] as const;
