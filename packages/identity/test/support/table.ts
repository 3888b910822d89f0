import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { NotificationServiceDefinition } from "@waybill/contracts/notification";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import {
  forAdmins,
  forAll,
  forAnybody,
  forOperators,
  forOwners,
  forServices,
  type Rows,
} from "./matrix.ts";
import { orderOf } from "./shop.ts";

const own = { orderId: orderOf("alice") };
const others = { orderId: orderOf("bob") };
const ownPayment = { transactionId: own.orderId };
const othersPayment = { transactionId: others.orderId };
const anyOrder = { orderId: "nowhere" };

/** Repeated, it is the order that is there; a customer may place none for another. */
const placing = (userId: string) => ({
  orderId: orderOf(userId),
  userId,
  lines: [{ itemId: "tea", quantity: 1 }],
  paymentMethod: "pm_ok",
});

const order: Rows<typeof OrderServiceDefinition> = {
  createOrder: forOwners(placing("alice"), placing("bob"), "PERMISSION_DENIED"),
  batchCreateOrders: forAll({}, "INVALID_ARGUMENT"), // Its elements: see below.
  getOrder: forOwners(own, others),
  batchGetOrders: forAll({ orderIds: [own.orderId] }),
  listOrders: forAll(),
  cancelOrder: {
    own,
    others,
    expected: {
      nobody: "UNAUTHENTICATED",
      own: "FAILED_PRECONDITION", // It is delivered.
      others: "NOT_FOUND",
      admin: "FAILED_PRECONDITION",
      service: "INVALID_ARGUMENT", // It has to say for whom.
    },
  },
  tryOrder: forOperators(),
  confirmOrder: forOperators(anyOrder, "NOT_FOUND"),
  recordPrices: forServices(),
  batchRecordPrices: forServices(),
  abandonOrder: forServices(),
  batchAbandonOrders: forServices(),
};

const status: Rows<typeof StatusServiceDefinition> = {
  createStatus: forServices(),
  batchCreateStatuses: forServices(),
  getStatus: forOwners(own, others),
  batchGetStatuses: forAll({ orderIds: [own.orderId] }),
  updateStatus: forServices(),
  batchUpdateStatuses: forServices(),
  markTried: forServices(),
  batchMarkTried: forServices(),
  listStatuses: forAll(),
  listTransitions: forOwners(own, others),
  watchStatuses: forOwners(own, others),
  summarizeStatuses: forOperators({}, "OK"),
  publishTransitions: forOperators(),
};

const item: Rows<typeof ItemServiceDefinition> = {
  createItem: forOperators(),
  updateItem: forOperators(),
  getItem: forAll({ itemId: "tea" }),
  batchGetItems: forAll({ itemIds: ["tea"] }),
  listItems: forAll(),
  adjustStock: forOperators(),
  tryReservation: forServices(),
  batchTryReservations: forServices(),
  confirmReservation: forServices(),
  batchConfirmReservations: forServices(),
  cancelReservation: forServices(),
  batchCancelReservations: forServices(),
  getReservation: forOperators(ownPayment, "OK"),
};

const payment: Rows<typeof PaymentServiceDefinition> = {
  tryPayment: forServices(),
  batchTryPayments: forServices(),
  confirmPayment: forServices(),
  batchConfirmPayments: forServices(),
  cancelPayment: forServices(),
  batchCancelPayments: forServices(),
  getPayment: forOwners(ownPayment, othersPayment),
  listPayments: forAll(),
};

const user: Rows<typeof UserServiceDefinition> = {
  createUser: forAnybody(),
  getUser: forOwners({ userId: "alice" }, { userId: "bob" }),
  batchGetUsers: forOperators({ userIds: ["alice"] }, "OK"),
  listUsers: forOperators({}, "OK"),
  setPassword: {
    own: { userId: "alice", newPassword: "too" },
    others: { userId: "bob", newPassword: "long enough" },
    expected: {
      nobody: "UNAUTHENTICATED",
      own: "INVALID_ARGUMENT",
      others: "NOT_FOUND",
      admin: "INVALID_ARGUMENT",
      service: "PERMISSION_DENIED",
    },
  },
  authenticate: forAnybody(),
  refreshTokens: forAnybody({ refreshToken: "invented" }, "UNAUTHENTICATED"),
  revokeTokens: forAnybody({ refreshToken: "invented" }, "OK"),
  listSigningKeys: forAnybody({}, "OK"),
  rotateSigningKey: forAdmins(),
};

const workflow: Rows<typeof WorkflowServiceDefinition> = {
  listProcesses: forAdmins({}, "OK"),
  retryProcess: forAdmins(anyOrder, "NOT_FOUND"),
  listDeadLetters: forAdmins({}, "OK"),
  replayDeadLetter: forAdmins(),
  discardDeadLetter: forAdmins(),
  listDeadLetterDecisions: forAdmins({}, "OK"),
  listConsumers: forAdmins({}, "OK"),
};

const shipping: Rows<typeof ShippingServiceDefinition> = {
  getShipment: forOwners(own, others),
  listShipments: forAll(),
};

const delivery: Rows<typeof DeliveryServiceDefinition> = {
  getDelivery: forOwners(own, others),
  listDeliveries: forAll(),
};

const notification: Rows<typeof NotificationServiceDefinition> = {
  listNotifications: forAll(),
};

/** Each RPC of each service. One that is left out does not compile. */
export const table = [
  { definition: OrderServiceDefinition, rows: order },
  { definition: StatusServiceDefinition, rows: status },
  { definition: ItemServiceDefinition, rows: item },
  { definition: PaymentServiceDefinition, rows: payment },
  { definition: UserServiceDefinition, rows: user },
  { definition: WorkflowServiceDefinition, rows: workflow },
  { definition: ShippingServiceDefinition, rows: shipping },
  { definition: DeliveryServiceDefinition, rows: delivery },
  { definition: NotificationServiceDefinition, rows: notification },
] as const;
