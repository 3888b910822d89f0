import { type Database, type Sql, type Statement, sql } from "@waybill/persistence";
import type { Journal, StreamPosition } from "./journal.ts";
import { maxSequence, rangesBeyond } from "./sequenceRanges.ts";

export interface JournalTableOptions<Row, Raw> {
  readonly db: Database;
  /** The stream that the table is published to. */
  readonly stream: string;
  readonly table: string;
  /** The primary key: column names and their PostgreSQL types, e.g. `{ order_id: "text" }`. */
  readonly keyColumns: Readonly<Record<string, string>>;
  /** The key of a row, in the order of `keyColumns`. */
  readonly keyOf: (row: Row) => readonly (string | number | bigint)[];
  /** The number of the row's next publication, as `toRow` gave it: 1 for a row just inserted. */
  readonly publicationOf: (row: Row) => number;
  /** Which columns `toRow` needs. Default all. */
  readonly columns?: string;
  /** Builds a row; `publication` is 1 plus the table's `publications`. */
  readonly toRow: (raw: Raw, publication: number) => Row;
}

/**
 * Where journals keep how far they have been published: for the migrations of each service that has
 * one. The journal's own table needs `published_seq bigint`, `publications integer not null default
 * 0`, `occurred_at timestamptz not null`, and the index of `unpublishedIndex`.
 */
export const streamPositionsTable = `create table if not exists stream_positions (
  stream text primary key,
  created_at timestamptz,
  sequence bigint not null default 0,
  epoch bigint not null default 0
)`;

/** 0 for what was never published, 1 for what was, and has to be again. */
const wasPublished = "least(publications, 1)";

/** The index that sweeps read: as small as what is unpublished. */
export const unpublishedIndex = (table: string): string =>
  `create index ${table}_unpublished on ${table} (${wasPublished}, occurred_at) where published_seq is null`;

interface RawPosition {
  readonly epoch: bigint;
  readonly created_at: Date | null;
  readonly sequence: bigint;
}

/** A journal over a table of PostgreSQL. Statements are set-based: one each per batch. */
export function journalTable<Row, Raw extends object>(
  options: JournalTableOptions<Row, Raw>,
): Journal<Row> {
  const { db, stream, toRow } = options;
  const statements = statementsOf(options);
  const numbered = (raw: Raw & { publications: number }) => toRow(raw, raw.publications + 1);
  return {
    backlog: async () => {
      const [found] = await db.rows<{ rows: bigint; oldest: Date | null }>(statements.backlog);
      return { rows: Number(found?.rows ?? 0), oldest: found?.oldest ?? undefined };
    },
    unpublished: async (olderThanMs, limit) => {
      const raws = await db.rows<Raw & { publications: number }>(statements.unpublished, [
        olderThanMs,
        limit,
      ]);
      return raws.map(numbered);
    },
    lost: async (limit) => {
      const raws = await db.rows<Raw & { publications: number }>(statements.lost, [limit]);
      return raws.map(numbered);
    },
    markPublished: async (published, epoch) => {
      if (published.length === 0) return true;
      const rows = published.map((one) => one.row);
      const sequences = published.map((one) => one.sequence);
      const moved = await db.rows(statements.mark, [
        ...[stream, epoch, sequences],
        ...keyArrays(options, rows),
      ]);
      return moved.length > 0;
    },
    publishAgain: async (rows) => {
      await db.run(statements.again, [stream, ...keyArrays(options, rows)]);
    },
    position: () => positionOf(db, stream, readPosition),
    rewind: async (from, to, since) => {
      const forget = (beyond: bigint, upTo: bigint) =>
        db.transaction(async (tx) => {
          const now = await positionOf(tx, stream, lockPosition);
          if (hasMoved(from, now)) return undefined;
          const position = upTo === maxSequence ? to : now;
          await tx.run(movePosition, [stream, position.created, position.sequence]);
          return tx.run(statements.forget, [beyond, upTo, since]);
        });
      const [found] = await db.rows<{ last: bigint | null }>(statements.last);
      let forgotten = 0;
      for (const [beyond, upTo] of rangesBeyond(to.sequence, found?.last ?? 0n)) {
        const rows = await forget(beyond, upTo);
        if (rows === undefined) return undefined;
        forgotten += rows;
      }
      return forgotten;
    },
  };
}

/** Whether somebody has moved the position to another stream, or back. Marks only move it on. */
const hasMoved = (from: StreamPosition, now: StreamPosition): boolean =>
  now.created?.getTime() !== from.created?.getTime() || now.sequence < from.sequence;

/** One array per key column, and one of the publications: unnest makes rows of them. */
const keyArrays = <Row, Raw>(
  { keyColumns, keyOf, publicationOf }: JournalTableOptions<Row, Raw>,
  rows: readonly Row[],
): readonly unknown[][] => {
  const keys = rows.map(keyOf);
  const columns = Object.keys(keyColumns).map((_, index) => keys.map((key) => key[index]));
  return [...columns, rows.map(publicationOf)];
};

function statementsOf<Row, Raw>(options: JournalTableOptions<Row, Raw>) {
  const { table, keyColumns, columns = "*" } = options;
  const names = Object.keys(keyColumns);
  const key = names.join(", ");
  const unpublished = `from ${table} where published_seq is null`;
  /** `unnest` over the parameters from `first` on. A row that was taken up anew is another one. */
  const keyed = (first: number) => {
    const types = [...Object.values(keyColumns), "integer"];
    return types.map((type, index) => `$${first + index}::${type}[]`).join(", ");
  };
  const same = [
    ...names.map((name) => `t.${name} = k.${name}`),
    "t.publications = k.publication - 1",
  ];
  const matches = same.join(" and ");
  return {
    // By the small index alone; a long backlog is long whether it has 100,000 rows or a million.
    backlog: sql(
      `${table}_backlog`,
      `select
         (select count(*) from (select ${unpublished} limit 100000) counted) as rows,
         least((select min(occurred_at) ${unpublished} and ${wasPublished} = 0),
               (select min(occurred_at) ${unpublished} and ${wasPublished} = 1)) as oldest`,
    ),
    unpublished: sql(
      `${table}_unpublished`,
      `select ${columns}, publications ${unpublished} and ${wasPublished} = 0
         and occurred_at <= now() - $1 * interval '1 millisecond'
       order by occurred_at, ${key} limit $2`,
    ),
    lost: sql(
      `${table}_lost`,
      `select ${columns}, publications ${unpublished} and ${wasPublished} = 1
       order by ${["occurred_at", ...names].map((name) => `${name} desc`).join(", ")} limit $1`,
    ),
    // A row that is announced again while it stands keeps its first place, by which readers know
    // repeats; least passes over null, which is what a lost publication leaves. Whoever changes
    // several rows of a journal waits for its position first, so that nobody waits in a circle.
    mark: sql(
      `${table}_mark`,
      `with moved as (
         update stream_positions
         set sequence = greatest(sequence, (select max(s) from unnest($3::bigint[]) s))
         where stream = $1 and epoch = $2
         returning epoch
       ), marked as (
         update ${table} t set published_seq = least(t.published_seq, k.sequence)
         from unnest($3::bigint[], ${keyed(4)}) as k (sequence, ${key}, publication)
         where ${matches} and exists (select from moved)
       )
       select from moved`,
    ),
    again: sql(
      `${table}_again`,
      `with position as materialized (
         select from stream_positions where stream = $1 for no key update
       )
       update ${table} t set published_seq = null, publications = t.publications + 1
       from unnest(${keyed(2)}) as k (${key}, publication)
       where ${matches} and exists (select from position)`,
    ),
    last: sql(`${table}_last`, `select max(published_seq) as last from ${table}`),
    forget: sql(
      `${table}_forget`,
      `update ${table} set published_seq = null, publications = publications + 1
       where published_seq > $1 and published_seq <= $2 and occurred_at > $3`,
    ),
  };
}

const readPosition = sql(
  "journal_position",
  "select epoch, created_at, sequence from stream_positions where stream = $1",
);

/** Locks the row, which marks wait for, and makes it if there is none. */
const lockPosition = sql(
  "journal_lock_position",
  `insert into stream_positions as p (stream) values ($1)
   on conflict (stream) do update set epoch = p.epoch
   returning epoch, created_at, sequence`,
);

const movePosition = sql(
  "journal_move_position",
  `update stream_positions set created_at = $2, sequence = $3, epoch = epoch + 1 where stream = $1`,
);

async function positionOf(on: Sql, stream: string, statement: Statement): Promise<StreamPosition> {
  const [found] = await on.rows<RawPosition>(statement, [stream]);
  return {
    epoch: found?.epoch ?? 0n,
    created: found?.created_at ?? undefined,
    sequence: found?.sequence ?? 0n,
  };
}
