import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import {
  type Channel,
  channels,
  type Notification,
  type SendingState,
  type State,
} from "../domain/notification.ts";
import type { NewSending } from "./sendingStore.ts";

/** What a notification is known by. */
export interface NotificationKey {
  readonly orderId: string;
  readonly version: number;
}

interface KeyRow {
  readonly order_id: string;
  readonly version: number;
}

const toKey = ({ order_id: orderId, version }: KeyRow): NotificationKey => ({ orderId, version });

const findStatement = sql(
  "find_recorded",
  `select n.order_id, n.version from unnest($1::text[], $2::int[]) as v (order_id, version)
    join notifications n on n.order_id = v.order_id and n.version = v.version`,
);

/** Those that are recorded. */
export async function findRecorded(
  db: Sql,
  keys: readonly NotificationKey[],
): Promise<NotificationKey[]> {
  const orderIds = keys.map(({ orderId }) => orderId);
  const versions = keys.map(({ version }) => version);
  return (await db.rows<KeyRow>(findStatement, [orderIds, versions])).map(toKey);
}

const insertStatement = sql(
  "insert_notifications",
  `with recorded as (
    insert into notifications
        (order_id, version, user_id, state, subject, text, occurred_at, sent_by)
      select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::timestamptz[], $8::text[]) as v (order_id, version) order by order_id, version
      on conflict do nothing
      returning order_id, version),
  open as (
    insert into sendings
        (order_id, version, channel, state, attempts, lease, next_at, last_error, traceparent)
      select order_id, version, channel, state, attempts, lease, now() + delay_ms * interval '1 ms',
          error, traceparent
        from unnest($9::text[], $10::int[], $11::text[], $12::text[], $13::int[], $14::text[],
            $15::float8[], $16::text[], $17::text[])
          as v (order_id, version, channel, state, attempts, lease, delay_ms, error, traceparent)
          join recorded using (order_id, version))
  select order_id, version from recorded`,
);

/** A notification as it is recorded. */
export interface NewNotification extends Omit<Notification, "traceparent"> {
  /** The channels that it has been sent by already, which need no sending. */
  readonly sentBy: readonly Channel[];
}

/** Records notifications with their sendings; those that are there already stay as they are, and so do their sendings. Answers the new ones. */
export async function insertNotifications(
  db: Sql,
  notifications: readonly NewNotification[],
  sendings: readonly NewSending[],
): Promise<NotificationKey[]> {
  const column = <T>(of: (notification: NewNotification) => T): T[] => notifications.map(of);
  const open = <T>(of: (sending: NewSending) => T): T[] => sendings.map(of);
  const rows = await db.rows<KeyRow>(insertStatement, [
    column(({ orderId }) => orderId),
    column(({ version }) => version),
    column(({ userId }) => userId),
    column(({ state }) => state),
    column(({ subject }) => subject),
    column(({ text }) => text),
    column(({ occurredAt }) => occurredAt),
    column(({ sentBy }) => sentBy.join(separator)),
    open(({ orderId }) => orderId),
    open(({ version }) => version),
    open(({ channel }) => channel),
    open(({ state }) => state),
    open(({ attempts }) => attempts),
    open(({ lease }) => lease),
    open(({ delayMs }) => delayMs),
    open(({ error }) => error),
    open(({ traceparent }) => traceparent),
  ]);
  return rows.map(toKey);
}

/** Between the channels in `sent_by`: an array would take four times the space. */
const separator = ",";

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
  readonly recorded_at: Date;
  readonly sent_by: string;
  readonly sendings: readonly (Omit<SendingProgress, "sentAt"> & { sentAt: string | null })[];
}

const listing = (filter: string): string =>
  `select *, (
      select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'state', s.state,
        'attempts', attempts, 'lastError', last_error, 'sentAt', sent_at)), '[]')
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
  sendings: [...sentAtOnce(row), ...sentLater(row)].sort(byChannel),
});

/** What was sent before it was recorded took one attempt, and a moment. */
const sentAtOnce = ({ sent_by, recorded_at: sentAt }: NotificationRow): SendingProgress[] =>
  channels
    .filter((channel) => sent_by.split(separator).includes(channel))
    .map((channel) => ({ channel, state: "SENT", attempts: 1, lastError: "", sentAt }));

const sentLater = ({ sendings }: NotificationRow): SendingProgress[] =>
  sendings.map(({ sentAt, ...sending }) => ({
    ...sending,
    sentAt: sentAt === null ? undefined : new Date(sentAt),
  }));

const byChannel = (a: SendingProgress, b: SendingProgress): number =>
  channels.indexOf(a.channel) - channels.indexOf(b.channel);
