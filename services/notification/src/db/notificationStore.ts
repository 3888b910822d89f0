import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import type { Channel, Notification, SendingState, State } from "../domain/notification.ts";

const insertStatement = sql(
  "insert_notifications",
  `with recorded as (
    insert into notifications
        (order_id, version, user_id, state, subject, text, occurred_at, traceparent)
      select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::timestamptz[], $8::text[]) as v (order_id, version) order by order_id, version
      on conflict do nothing
      returning order_id, version)
    insert into sendings (order_id, version, channel, lease, next_at)
      select order_id, version, channel, lease, now() + coalesce(lease_ms, 0) * interval '1 ms'
        from recorded cross join unnest($9::text[], $10::text[], $11::float8[])
          as c (channel, lease, lease_ms)
      returning order_id, version, channel`,
);

/** A channel of new notifications, and for how long their sendings are taken already by whoever records them. */
export interface RecordedChannel {
  readonly channel: Channel;
  readonly lease: { readonly id: string; readonly ms: number } | undefined;
}

/** What a sending is known by. */
export interface SendingKey {
  readonly orderId: string;
  readonly version: number;
  readonly channel: Channel;
}

interface KeyRow {
  readonly order_id: string;
  readonly version: number;
  readonly channel: Channel;
}

/** Records notifications, with a sending for each channel; those that are there already stay as they are. Answers the sendings that are new. */
export async function insertNotifications(
  db: Sql,
  notifications: readonly Notification[],
  channels: readonly RecordedChannel[],
): Promise<SendingKey[]> {
  const column = <T>(of: (notification: Notification) => T): T[] => notifications.map(of);
  const rows = await db.rows<KeyRow>(insertStatement, [
    column(({ orderId }) => orderId),
    column(({ version }) => version),
    column(({ userId }) => userId),
    column(({ state }) => state),
    column(({ subject }) => subject),
    column(({ text }) => text),
    column(({ occurredAt }) => occurredAt),
    column(({ traceparent }) => traceparent),
    channels.map(({ channel }) => channel),
    channels.map(({ lease }) => lease?.id),
    channels.map(({ lease }) => lease?.ms),
  ]);
  return rows.map(({ order_id: orderId, version, channel }) => ({ orderId, version, channel }));
}

/** How far a notification has come on one channel. */
export interface SendingProgress {
  readonly channel: Channel;
  readonly state: SendingState;
  readonly attempts: number;
  readonly lastError: string;
  readonly sentAt: Date | undefined;
}

export interface ListedNotification extends Omit<Notification, "traceparent"> {
  readonly sendings: readonly SendingProgress[];
}

interface NotificationRow {
  readonly order_id: string;
  readonly version: number;
  readonly user_id: string;
  readonly state: State;
  readonly subject: string;
  readonly text: string;
  readonly occurred_at: Date;
  readonly sendings: readonly (Omit<SendingProgress, "sentAt"> & { sentAt: string | null })[];
}

const listing = (filter: string): string =>
  `select *, (
      select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'state', s.state,
        'attempts', attempts, 'lastError', last_error, 'sentAt', sent_at) order by channel), '[]')
      from sendings s where s.order_id = n.order_id and s.version = n.version) as sendings
    from notifications n
    where (occurred_at, order_id, version) < ($1::timestamptz, $2::text, $3::int) ${filter}
    order by occurred_at desc, order_id desc, version desc limit $4`;

const listAll = sql("list_notifications", listing(""));
const listByUser = sql("list_notifications_by_user", listing("and user_id = $5"));
const listByOrder = sql(
  "list_notifications_by_order", // An order has few.
  listing("and order_id = $5 and ($6 = '' or user_id = $6)"),
);

/** Whose notifications; "" means anybody's. */
export interface NotificationFilter {
  readonly userId: string;
  readonly orderId: string;
}

/** One page of notifications, the latest first, after the key [occurred_at, order_id, version]. */
export async function listNotifications(
  db: Sql,
  { userId, orderId }: NotificationFilter,
  after: readonly string[] = ["infinity", "", "0"],
  limit: number,
): Promise<ListedNotification[]> {
  const page = [...after, limit];
  const rows =
    orderId !== ""
      ? await db.rows<NotificationRow>(listByOrder, [...page, orderId, userId])
      : userId !== ""
        ? await db.rows<NotificationRow>(listByUser, [...page, userId])
        : await db.rows<NotificationRow>(listAll, page);
  return rows.map(toNotification);
}

const toNotification = (row: NotificationRow): ListedNotification => ({
  orderId: row.order_id,
  version: row.version,
  userId: row.user_id,
  state: row.state,
  subject: row.subject,
  text: row.text,
  occurredAt: row.occurred_at,
  sendings: row.sendings.map(({ sentAt, ...sending }) => ({
    ...sending,
    sentAt: sentAt === null ? undefined : new Date(sentAt),
  })),
});
