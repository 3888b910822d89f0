import type { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import type { ItemServiceDefinition } from "@waybill/contracts/item";
import type { NotificationServiceDefinition } from "@waybill/contracts/notification";
import type { OrderServiceDefinition } from "@waybill/contracts/order";
import type { PaymentServiceDefinition } from "@waybill/contracts/payment";
import type { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import type { StatusServiceDefinition } from "@waybill/contracts/status";
import type { UserServiceDefinition } from "@waybill/contracts/user";
import type { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import type { Client } from "@waybill/rpc";

/** The services behind the door. */
export interface Clients {
  readonly orders: Client<typeof OrderServiceDefinition>;
  readonly statuses: Client<typeof StatusServiceDefinition>;
  readonly items: Client<typeof ItemServiceDefinition>;
  readonly payments: Client<typeof PaymentServiceDefinition>;
  readonly users: Client<typeof UserServiceDefinition>;
  readonly workflow: Client<typeof WorkflowServiceDefinition>;
  readonly shipping: Client<typeof ShippingServiceDefinition>;
  readonly delivery: Client<typeof DeliveryServiceDefinition>;
  readonly notifications: Client<typeof NotificationServiceDefinition>;
}
