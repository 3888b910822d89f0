import { type Database, sql } from "@waybill/persistence";
import { expect } from "chai";
import type { Journal } from "../src/index.ts";
import { commit, type Fact, factsOf, journalOf, openFacts } from "./facts.ts";
import { freshStream, until } from "./support.ts";

const announceAgain = sql("facts_announce_again", "update facts set publications = $1");
const publishMany = sql(
  "facts_publish_many",
  "insert into facts (id, version, published_seq) select 'fact-' || seq, 1, seq from generate_series(1, $1::int) seq",
);
const rewoundTogether = sql(
  "facts_rewound_together",
  "select count(*)::int as rows from facts where published_seq is null group by xmin order by rows desc",
);
const rewoundOften = sql(
  "facts_rewound_often",
  "select count(*)::int as rows, publications from facts group by publications",
);

const lockPosition = sql("position_lock", "select from stream_positions for no key update");
const lockFacts = sql("facts_lock", "select id from facts order by id for update nowait");
const countWaiting = sql(
  "facts_count_waiting",
  "select count(*) as waiting from pg_locks where not granted",
);

describe("a journal table", () => {
  const stream = freshStream();
  let db: Database;
  let journal: Journal<Fact>;
  let epoch: bigint;

  beforeEach(async () => {
    ({ db, journal } = await openFacts(stream));
    const created = new Date("2026-11-20T12:00:00Z");
    await journal.rewind(await journal.position(), { created, sequence: 0n }, new Date(0));
    ({ epoch } = await journal.position());
  });

  afterEach(() => db[Symbol.asyncDispose]());

  /** Marks the fact's n-th publication; answers the sequence that the journal has for the fact then. */
  async function mark(publication: number, sequence: bigint): Promise<bigint | null | undefined> {
    const row = { id: "fact", version: 1, publication };
    expect(await journal.markPublished([{ row, sequence }], epoch)).to.equal(true);
    return (await factsOf(db))[0]?.published_seq;
  }

  it("keeps the place in the stream where a row stood first, however often it is announced again", async () => {
    await commit(db, ["fact"]);
    expect(await mark(1, 10n)).to.equal(10n);
    await db.run(announceAgain, [1]);
    expect(await mark(2, 50n)).to.equal(10n);
    await db.run(announceAgain, [2]);
    expect(await mark(3, 90n)).to.equal(10n);
    expect((await journal.position()).sequence).to.equal(90n);
  });

  it("has another place for a row whose publication was lost", async () => {
    const [row] = await commit(db, ["fact"]);
    if (row === undefined) throw new Error("no row");
    await mark(1, 10n);
    await journal.publishAgain([row]);
    expect(await mark(2, 60n)).to.equal(60n);
  });

  it("locks its position before its rows, so that replicas with the same rows never wait in a circle", async () => {
    const rows = await commit(db, ["a", "b"]);
    const published = rows.map((row, index) => ({ row, sequence: BigInt(index + 1) }));
    const changes = [
      () => journal.markPublished(published, epoch),
      () => journal.markPublished(published.toReversed(), epoch),
      () => journal.publishAgain(rows.toReversed()),
    ];
    const changing = await db.transaction(async (tx) => {
      await tx.rows(lockPosition);
      const changing = Promise.all(changes.map((change) => change()));
      await until(
        "all of them wait",
        async () => (await tx.rows<{ waiting: bigint }>(countWaiting))[0]?.waiting,
        (waiting) => waiting === BigInt(changes.length),
      );
      expect(await tx.rows(lockFacts), "nobody has locked a row").to.have.length(2);
      return { end: changing };
    });
    await changing.end;
  });

  describe("whose stream was lost with many events", () => {
    const many = 25_000;
    const to = { created: new Date("2026-11-21T12:00:00Z"), sequence: 0n };

    beforeEach(async () => {
      await db.run(publishMany, [many]);
    });

    it("publishes all of them again, taken back by transactions of a bounded size", async () => {
      expect(await journal.rewind(await journal.position(), to, new Date(0))).to.equal(many);
      const together = await db.rows<{ rows: number }>(rewoundTogether);
      expect(together.map(({ rows }) => rows)).to.deep.equal([10_000, 10_000, 5_000]);
      expect(await journal.position()).to.deep.include(to);
    });

    it("takes back the rest, and no mark of before, when it broke off in the middle", async () => {
      const [first] = await commit(db, ["fact"]);
      if (first === undefined) throw new Error("no row");
      let transactions = 0;
      const breaking: Database = {
        ...db,
        transaction: (work) => {
          transactions += 1;
          if (transactions === 2) throw new Error("the process dies");
          return db.transaction(work);
        },
      };
      const dying = journalOf(breaking, stream);
      const from = await journal.position();
      await dying.rewind(from, to, new Date(0)).then(
        () => expect.fail("it did not break off"),
        (error) => expect(String(error)).to.equal("Error: the process dies"),
      );
      const late = { row: first, sequence: 1n };
      expect(await journal.markPublished([late], from.epoch)).to.equal(false);
      expect(await journal.rewind(await journal.position(), to, new Date(0))).to.equal(15_000);
      expect(await db.rows(rewoundOften)).to.have.deep.members([
        { rows: many, publications: 1 },
        { rows: 1, publications: 0 },
      ]);
      expect(await journal.rewind(from, to, new Date(0))).to.equal(undefined);
    });
  });
});
