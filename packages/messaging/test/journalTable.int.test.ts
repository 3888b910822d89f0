import { type Database, sql } from "@waybill/persistence";
import { expect } from "chai";
import type { Journal } from "../src/index.ts";
import { commit, type Fact, factsOf, openFacts } from "./facts.ts";
import { freshStream } from "./support.ts";

const announceAgain = sql("facts_announce_again", "update facts set publications = $1");

describe("a journal table", () => {
  let db: Database;
  let journal: Journal<Fact>;
  let epoch: bigint;

  beforeEach(async () => {
    ({ db, journal } = await openFacts(freshStream()));
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
});
