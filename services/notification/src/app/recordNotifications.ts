import type { Database } from "@waybill/persistence";
import { findRecorded, insertNotifications } from "../db/notificationStore.ts";
import type { DueSending, NewSending } from "../db/sendingStore.ts";
import type { Channel, News, Notification } from "../domain/notification.ts";
import { compose } from "../domain/template.ts";
import { type Begun, keyOf, type Outbox } from "./outbox.ts";

export type RecordNotifications = (news: readonly News[]) => Promise<void>;

/**
 * What is older may have been announced or delivered before, and may be in the hands of another replica: that happens after 30 s at the
 * earliest. Unit: ms.
 */
const freshMs = 10_000;

/**
 * Records what customers are to be told. News that are fresh are sent before, as far as that takes no longer than a moment, so that what
 * is sent is recorded as such in the same step; whatever is not through is sent from the records. Repeated news change nothing and are
 * not sent again: there is one notification per order and version.
 */
export const recordNotifications =
  (db: Database, channels: readonly Channel[], outbox: Outbox): RecordNotifications =>
  async (news) => {
    const told = distinct(news.map(compose)).sort(byTime);
    const mode = told.every(isFresh(Date.now())) ? "send" : "record";
    const unknown = mode === "send" ? await unrecorded(db, told) : told; // Inserting leaves out what is known, too.
    if (unknown.length === 0) return;
    const parts = await Promise.all(
      channels.map(async (channel) => {
        const sendings = unknown.map((each) => ({ ...each, channel, attempts: 0 }));
        return { channel, sendings, begun: await outbox.begin(channel, sendings, mode) };
      }),
    );
    const { notifications, open } = rowsOf(unknown, parts);
    try {
      const added = await insertNotifications(db, notifications, open);
      for (const { begun } of parts) begun.recorded(new Set(added.map(keyOf)));
    } catch (error) {
      for (const { begun } of parts) begun.failed();
      throw error;
    }
    if (open.length > 0) outbox.wake();
  };

/** An event that was published twice can be twice in a batch. */
const distinct = (told: readonly Notification[]): Notification[] => [
  ...new Map(told.map((each) => [keyOf(each), each])).values(),
];

const byTime = (a: Notification, b: Notification): number =>
  a.occurredAt.getTime() - b.occurredAt.getTime() || a.version - b.version;

const isFresh =
  (now: number) =>
  ({ occurredAt }: Notification): boolean =>
    occurredAt.getTime() + freshMs > now;

async function unrecorded(db: Database, told: readonly Notification[]): Promise<Notification[]> {
  const recorded = new Set((await findRecorded(db, told)).map(keyOf));
  return told.filter((each) => !recorded.has(keyOf(each)));
}

interface Part {
  readonly channel: Channel;
  readonly sendings: readonly DueSending[];
  readonly begun: Begun;
}

/** Notifications with the channels that they were sent by, and sendings for the others. */
function rowsOf(told: readonly Notification[], parts: readonly Part[]) {
  const sentBy = new Map<string, Channel[]>(told.map((each) => [keyOf(each), []]));
  const open: NewSending[] = [];
  for (const { channel, sendings, begun } of parts) {
    for (const sending of sendings) {
      const row = newSending(sending, begun);
      if (row === "sent") sentBy.get(keyOf(sending))?.push(channel);
      else open.push(row);
    }
  }
  const notifications = told.map((each) => ({ ...each, sentBy: sentBy.get(keyOf(each)) ?? [] }));
  return { notifications, open };
}

function newSending(sending: DueSending, { verdicts, lease }: Begun): NewSending | "sent" {
  const verdict = verdicts.get(sending);
  if (verdict === undefined) {
    const { id, ms } = lease ?? { id: undefined, ms: 0 };
    return { ...sending, state: "WAITING", lease: id, delayMs: ms, error: "" };
  }
  const { state, delayMs, error, isAttempt } = verdict;
  if (state === "SENT") return "sent";
  return { ...sending, state, attempts: isAttempt ? 1 : 0, lease: undefined, delayMs, error };
}
