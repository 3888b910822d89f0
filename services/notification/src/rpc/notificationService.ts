import {
  Channel,
  type NotificationServiceImplementation,
  SendingState,
} from "@waybill/contracts/notification";
import { OrderState } from "@waybill/contracts/status";
import { ownFilter } from "@waybill/identity";
import type { Database } from "@waybill/persistence";
import { readPage, rules, validate } from "@waybill/rpc";
import { z } from "zod";
import { type ListedNotification, listNotifications } from "../db/notificationStore.ts";

const listRule = z.object({
  userId: rules.optionalId,
  orderId: rules.optionalId,
  pageSize: rules.pageSize,
  pageToken: rules.pageToken,
});

export const notificationService = (db: Database): NotificationServiceImplementation => ({
  listNotifications: async (request) => {
    const { orderId, pageSize, pageToken, ...asked } = validate(listRule, request);
    const userId = ownFilter(asked.userId);
    const { rows, nextPageToken } = await readPage({
      kind: "notifications",
      filters: { userId, orderId },
      pageSize,
      pageToken,
      read: (after, limit) => listNotifications(db, { userId, orderId }, after, limit),
      keyForm: ["time", "id", "version"],
      keyOf: ({ occurredAt, orderId, version }) => [
        occurredAt.toISOString(),
        orderId,
        String(version),
      ],
    });
    return { notifications: rows.map(toMessage), nextPageToken };
  },
});

const toMessage = ({ state, sendings, ...notification }: ListedNotification) => ({
  ...notification,
  state: OrderState[state],
  sendings: sendings.map(({ channel, state, ...sending }) => ({
    ...sending,
    channel: Channel[channel],
    state: SendingState[state],
  })),
});
