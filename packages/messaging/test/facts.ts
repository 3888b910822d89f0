import type { StreamSpec } from "@waybill/contracts/events";
import { type Database, migration, openDatabase, sql } from "@waybill/persistence";
import { testServers } from "@waybill/stack";
import {
  type Journal,
  journalTable,
  streamPositionsTable,
  unpublishedIndex,
} from "../src/index.ts";
import { eventOf, logger } from "./support.ts";

/** A row of a journal for tests. */
export interface Fact {
  readonly id: string;
  readonly version: number;
  readonly publication: number;
}

const tables = migration("Migration20261101000000", [
  streamPositionsTable,
  `create table facts (
     id text, version integer, occurred_at timestamptz not null default now(),
     published_seq bigint, publications integer not null default 0, primary key (id, version))`,
  unpublishedIndex("facts"),
]);

/** A database of its own with a table of facts. */
export async function openFacts(stream: StreamSpec) {
  const db = await openDatabase({
    url: await (await testServers()).databaseUrl("facts"),
    poolSize: 4,
    entities: [],
    migrations: [tables],
    logger,
    applicationName: "messaging-test",
  });
  return { db, journal: journalOf(db, stream) };
}

export const journalOf = (db: Database, stream: StreamSpec): Journal<Fact> =>
  journalTable<Fact, { id: string; version: number }>({
    db,
    stream: stream.name,
    table: "facts",
    keyColumns: { id: "text", version: "integer" },
    keyOf: ({ id, version }) => [id, version],
    publicationOf: ({ publication }) => publication,
    columns: "id, version",
    toRow: ({ id, version }, publication) => ({ id, version, publication }),
  });

const insert = sql(
  "facts_insert",
  `insert into facts (id, version, occurred_at)
   select id, 1, now() - $2 * interval '1 millisecond' from unnest($1::text[]) id`,
);

/** Commits facts that happened so long ago. Answers their rows. */
export async function commit(db: Database, ids: readonly string[], ageMs = 0): Promise<Fact[]> {
  await db.run(insert, [ids, ageMs]);
  return ids.map((id) => ({ id, version: 1, publication: 1 }));
}

export const toEvent = (stream: StreamSpec) => (fact: Fact) =>
  eventOf(stream, `${fact.id}.${fact.version}`, fact.publication);

export interface FactState {
  readonly id: string;
  readonly published_seq: bigint | null;
  readonly publications: number;
}

const select = sql("facts_select", "select id, published_seq, publications from facts order by id");

export const factsOf = (db: Database): Promise<readonly FactState[]> => db.rows(select);

/** How many facts are marked as published. */
export const publishedCount = async (db: Database): Promise<number> =>
  (await factsOf(db)).filter((fact) => fact.published_seq !== null).length;
