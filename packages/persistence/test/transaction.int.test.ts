import { expect } from "chai";
import { type Database, sql, UnavailableError } from "../src/index.ts";
import { failureOf, openTestDatabase } from "./support.ts";

const insert = sql("insert", "insert into parcels (id, grams) values ($1, $2)");
const ids = sql("ids", "select id from parcels order by id");
const add = sql("add", "update parcels set grams = grams + 1 where id = $1");
const backend = sql("backend", "select pg_backend_pid() as pid");
const terminate = sql("terminate", "select pg_terminate_backend($1)");
const sleeping = sql("sleeping", "select pg_sleep($1)");

describe("a transaction", () => {
  let db: Database;
  beforeEach(async () => {
    db = await openTestDatabase({ poolSize: 2, connectionTimeoutMs: 1_000 });
  });
  afterEach(() => db[Symbol.asyncDispose]());

  const stored = async () => (await db.rows<{ id: string }>(ids)).map(({ id }) => id);

  it("keeps all or nothing", async () => {
    await db.transaction(async (tx) => {
      await tx.run(insert, ["a", 1]);
      await tx.run(insert, ["b", 1]);
    });
    const refusal = new Error("no");
    const failure = await failureOf(
      db.transaction(async (tx) => {
        await tx.run(insert, ["c", 1]);
        throw refusal;
      }),
    );
    expect(failure).to.equal(refusal);
    expect(await stored()).to.deep.equal(["a", "b"]);
  });

  it("leaves nothing of what was sent together with a statement that fails", async () => {
    const failure = await failureOf(
      db.transaction((tx) => {
        const parcels = [[null, 1], ...["a", "b", "c"].map((id) => [id, 1])];
        return Promise.all(parcels.map((parcel) => tx.run(insert, parcel)));
      }),
    );
    expect(failure).to.be.an("error").with.property("message").that.includes("null value");
    expect(await stored()).to.deep.equal([]);
  });

  it("ends after all that it was asked for, awaited or not", async () => {
    await db.transaction(async (tx) => {
      for (const id of ["a", "b", "c"]) void tx.run(insert, [id, 1]);
    });
    expect(await stored()).to.deep.equal(["a", "b", "c"]);
    const failure = await failureOf(
      db.transaction(async (tx) => {
        for (const id of ["d", "a"]) tx.run(insert, [id, 1]).catch(() => {});
      }),
    );
    expect(failure).to.be.an("error").with.property("message").that.includes("rolled back");
    expect(await stored()).to.deep.equal(["a", "b", "c"]);
  });

  it("is READ COMMITTED", async () => {
    const level = sql("level", "select current_setting('transaction_isolation') as level");
    const [row] = await db.transaction((tx) => tx.rows(level));
    expect(row).to.deep.equal({ level: "read committed" });
  });

  it("does not pretend to have committed after a failed statement", async () => {
    const failure = await failureOf(
      db.transaction(async (tx) => {
        await tx.run(insert, ["a", 1]);
        await tx.run(insert, ["a", 1]).catch(() => {});
      }),
    );
    expect(failure).to.be.an("error").with.property("message").that.includes("rolled back");
    expect(await stored()).to.deep.equal([]);
  });

  it("that loses a deadlock is run again", async () => {
    await db.run(insert, ["a", 0]);
    await db.run(insert, ["b", 0]);
    let [runs, locked] = [0, 0];
    const both = Promise.withResolvers<void>();
    const lockBoth = (first: string, second: string) =>
      db.transaction(async (tx) => {
        runs += 1;
        await tx.run(add, [first]);
        locked += 1;
        if (locked === 2) both.resolve();
        await both.promise;
        await tx.run(add, [second]);
      });
    await Promise.all([lockBoth("a", "b"), lockBoth("b", "a")]);
    expect(runs).to.equal(3);
    const grams = sql("grams", "select grams from parcels");
    expect(await db.rows(grams)).to.deep.equal([{ grams: 2n }, { grams: 2n }]);
  });

  it("is run four times at most", async () => {
    let runs = 0;
    const conflict = sql(
      "conflict",
      "do $$ begin raise exception 'lost' using errcode = '40001'; end $$",
    );
    const failure = await failureOf(
      db.transaction((tx) => {
        runs += 1;
        return tx.run(conflict);
      }),
    );
    expect(failure).to.be.instanceOf(UnavailableError);
    expect((failure as UnavailableError).cause).to.have.property("code", "40001");
    expect(runs).to.equal(4);
  });

  it("whose connection is lost is unavailable, and its connection not used again", async () => {
    for (let round = 0; round < 5; round += 1) {
      const failure = await failureOf(
        db.transaction(async (tx) => {
          await tx.run(insert, ["a", 1]);
          const [own] = await tx.rows<{ pid: number }>(backend);
          await db.rows(terminate, [own?.pid]);
          await tx.run(insert, ["b", 1]);
        }),
      );
      expect(failure).to.be.instanceOf(UnavailableError);
      expect((failure as UnavailableError).cause).to.be.an("error");
    }
    await Promise.all([db.ping(), db.ping()]); // More losses than the pool has connections.
    expect(await stored()).to.deep.equal([]);
  });

  it("of an entity manager leaks no connection either when it is lost", async () => {
    for (let round = 0; round < 5; round += 1) {
      await failureOf(
        db.entities().transactional(async (em) => {
          const [own] = await em.execute("select pg_backend_pid() as pid");
          await db.rows(terminate, [own?.pid]);
        }),
      );
    }
    await Promise.all([db.ping(), db.ping()]);
  });

  it("cannot be used any more after its end", async () => {
    const tx = await db.transaction(async (open) => open);
    expect(await failureOf(tx.rows(ids))).to.be.an("error");
  });

  it("waits for a free connection, but not for ever", async () => {
    const free = Promise.withResolvers<void>();
    const holders = [1, 2].map(() => db.transaction(() => free.promise));
    expect(await failureOf(db.ping())).to.be.instanceOf(UnavailableError);
    free.resolve();
    await Promise.all(holders);
    await db.ping();
  });
});

describe("a limit on time", () => {
  it("ends a statement that takes too long", async () => {
    await using db = await openTestDatabase({ statementTimeoutMs: 100 });
    const failure = await failureOf(db.rows(sleeping, [5]));
    expect(failure).to.be.instanceOf(UnavailableError);
    expect((failure as UnavailableError).cause).to.have.property("code", "57014");
    await db.ping();
  });

  it("ends a transaction that idles for too long", async () => {
    await using db = await openTestDatabase({ poolSize: 1, idleInTransactionTimeoutMs: 100 });
    const failure = await failureOf(
      db.transaction(async (tx) => {
        await tx.rows(ids);
        await new Promise((resolve) => setTimeout(resolve, 500)); // Idling is what is tested.
        await tx.rows(ids);
      }),
    );
    expect(failure).to.be.instanceOf(UnavailableError);
    await db.ping();
  });
});
