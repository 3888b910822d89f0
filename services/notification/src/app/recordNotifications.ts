import type { Database } from "@waybill/persistence";
import { insertNotifications, type SendingKey } from "../db/notificationStore.ts";
import type { DueSending } from "../db/sendingStore.ts";
import type { Channel, News, Notification } from "../domain/notification.ts";
import { compose } from "../domain/template.ts";
import type { Lease } from "./lease.ts";

export type RecordNotifications = (news: readonly News[]) => Promise<void>;

/** Who sends. What nobody takes over is found in the table, when it is due. */
export interface Outbox {
  /** For how long the sendings that are about to be recorded are this process's; undefined: they are anybody's. */
  reserve(channel: Channel): Lease | undefined;
  /** Takes over the sendings that were recorded with this lease. */
  accept(channel: Channel, lease: Lease, sendings: readonly DueSending[]): void;
  /** There is something new to send. */
  wake(): void;
}

/**
 * Records what customers are to be told; sending follows from the records. Repeated news change nothing: there is one notification per
 * order and version.
 */
export const recordNotifications =
  (db: Database, channels: readonly Channel[], outbox: Outbox): RecordNotifications =>
  async (news) => {
    const notifications = news.map(compose);
    const leased = channels.map((channel) => ({ channel, lease: outbox.reserve(channel) }));
    const added = await insertNotifications(db, notifications, leased);
    if (added.length === 0) return;
    const known = new Map(notifications.map((notification) => [keyOf(notification), notification]));
    for (const { channel, lease } of leased) {
      if (lease !== undefined) outbox.accept(channel, lease, sendingsOf(added, channel, known));
    }
    outbox.wake();
  };

const keyOf = ({ orderId, version }: Pick<Notification, "orderId" | "version">): string =>
  `${orderId} ${version}`;

/** The new sendings of a channel, in the order of what they tell of. */
function sendingsOf(
  added: readonly SendingKey[],
  channel: Channel,
  known: ReadonlyMap<string, Notification>,
): DueSending[] {
  return added
    .flatMap((key) => {
      const notification = key.channel === channel ? known.get(keyOf(key)) : undefined;
      return notification === undefined ? [] : [{ ...notification, channel, attempts: 0 }];
    })
    .sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || a.version - b.version);
}
