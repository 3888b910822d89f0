import { type Database, sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { expect } from "chai";
import { purgeAttempts } from "../src/db/attemptRows.ts";
import { purgeEnded } from "../src/db/tokenRows.ts";
import { openApp } from "./support/serving.ts";

const kept = 30_000;

/** The first three have ended; of the others none has. */
const at = "now() + case when n <= 3 then interval '-1 min' else interval '1 h' end";
const attemptsStatement = sql(
  "test_fill_attempts",
  `insert into login_attempts select 'key' || n, gen_random_uuid(), ${at} from generate_series(1, $1::int) n`,
);
const accountStatement = sql(
  "test_fill_account",
  "insert into accounts select 'ada', 'Ada', 'ada@example.com', '{}', now()",
);
const tokensStatement = sql(
  "test_fill_tokens",
  `with families as (
     insert into token_families
     select gen_random_uuid(), 'ada', now(), ${at} from generate_series(1, $1::int) n
     returning family_id, expires_at)
   insert into refresh_tokens select family_id::text, family_id, now(), expires_at from families`,
);

describe("purging three of 30,000", () => {
  /** What the work reads, in a database with so many tokens, families and login attempts. */
  const rowsReadBy = async (work: (db: Database) => Promise<void>): Promise<number> => {
    await using opened = await openApp();
    const { db } = opened;
    await db.run(accountStatement);
    await db.run(tokensStatement, [kept]);
    await db.run(attemptsStatement, [kept]);
    await db.run(sql("test_analyze", "analyze"));
    return await rowsRead(db, work);
  };

  it("tokens and their families reads those", async () => {
    const rows = await rowsReadBy(async (db) => {
      expect(await purgeEnded(db, new Date(), 1_000)).to.equal(3 + 3);
    });
    expect(rows).to.be.lessThan(100);
  });

  it("login attempts reads those", async () => {
    const rows = await rowsReadBy(async (db) => {
      expect(await purgeAttempts(db, new Date(), 1_000)).to.equal(3);
    });
    expect(rows).to.be.lessThan(100);
  });
});
