import type { Database } from "@waybill/persistence";
import { insertNotifications } from "../db/notificationStore.ts";
import type { Channel, News } from "../domain/notification.ts";
import { compose } from "../domain/template.ts";

export type RecordNotifications = (news: readonly News[]) => Promise<void>;

/**
 * Records what customers are to be told; sending follows from the records. Repeated news change nothing: there is one notification per
 * order and version. `onRecorded` is told when there is something new to send.
 */
export const recordNotifications =
  (db: Database, channels: readonly Channel[], onRecorded: () => void): RecordNotifications =>
  async (news) => {
    const added = await insertNotifications(db, news.map(compose), channels);
    if (added > 0) onRecorded();
  };
