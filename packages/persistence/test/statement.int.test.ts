import { defineEntity, p } from "@mikro-orm/postgresql";
import { expect } from "chai";
import { type Database, sql } from "../src/index.ts";
import { openTestDatabase } from "./support.ts";

const insertParcels = sql(
  "insert_parcels",
  `insert into parcels (id, grams, sent_at, label)
   select * from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::jsonb[])`,
);
const allParcels = sql("all_parcels", "select * from parcels order by id");

interface Row {
  id: string;
  grams: bigint;
  sent_at: Date | null;
  label: unknown;
  price: string | null;
}

const Parcel = defineEntity({
  name: "Parcel",
  tableName: "parcels",
  properties: {
    id: p.text().primary(),
    grams: p.bigint(),
    sentAt: p.datetime().nullable().fieldName("sent_at"),
    label: p.json().nullable(),
    price: p.decimal().nullable(),
  },
});

describe("a statement", () => {
  let db: Database;
  beforeEach(async () => {
    db = await openTestDatabase({ entities: [Parcel] });
  });
  afterEach(() => db[Symbol.asyncDispose]());

  it("writes many rows from arrays, with any text in them", async () => {
    const ids = ['quote " and \\', "comma, {brace}", "NULL", "", "π", "a'b", "null"];
    const written = await db.run(insertParcels, [ids, ids.map(BigInt.bind(null, 7)), [], []]);
    expect(written).to.equal(ids.length);
    const rows = await db.rows<Row>(allParcels);
    expect(rows.map(({ id }) => id)).to.have.members(ids);
  });

  it("gives int8 as bigint, timestamptz as Date, json parsed, numeric and date as text", async () => {
    const sentAt = new Date("2026-11-20T11:22:33.456Z");
    const label = { to: "Ada", lines: ['"1"', "\\"], weight: 1.5 };
    await db.run(insertParcels, [
      ["a", "b"],
      [2n ** 63n - 1n, -1],
      [sentAt, null],
      [label, null],
    ]);
    const [a, b] = await db.rows<Row>(allParcels);
    expect(a).to.deep.equal({
      id: "a",
      grams: 2n ** 63n - 1n,
      sent_at: sentAt,
      label,
      price: null,
    });
    expect(b).to.deep.equal({ id: "b", grams: -1n, sent_at: null, label: null, price: null });

    const kinds = sql(
      "kinds",
      "select 0.10::numeric as n, '2026-02-01'::date as d, array[1, null]::int8[] as a, 7 as i",
    );
    const [row] = await db.rows(kinds);
    expect(row).to.deep.equal({ n: "0.10", d: "2026-02-01", a: [1n, null], i: 7 });
  });

  it("tells how many rows it changed", async () => {
    await db.run(insertParcels, [["a", "b"], [1, 2], [], []]);
    const change = sql("change", "update parcels set grams = grams + $1 where id = any($2)");
    expect(await db.run(change, [5n, ["a", "b", "c"]])).to.equal(2);
    expect(await db.run(change, [5n, []])).to.equal(0);
    expect(await db.run(sql("look", "select 1"))).to.equal(0);
  });

  it("is prepared once per connection, and its parameters never become text", async () => {
    const grams = sql("grams_of", "select grams from parcels where id = $1");
    const mine = sql(
      "mine",
      `select name, statement, (generic_plans + custom_plans) as plans
       from pg_prepared_statements where name like 'grams_of%'`,
    );
    const prepared = await db.transaction(async (tx) => {
      for (const id of ["a", "b", "'; drop table parcels; --"]) await tx.rows(grams, [id]);
      return await tx.rows(mine);
    });
    expect(prepared).to.deep.equal([{ name: grams.name, statement: grams.text, plans: 3n }]);
  });

  it("is planned once, whatever its parameters", async () => {
    const plans = sql(
      "plans",
      `select generic_plans::int, custom_plans::int from pg_prepared_statements where name like 'by_ids%'`,
    );
    const byIds = sql("by_ids", "select * from parcels where id = any($1::text[])");
    const counted = await db.transaction(async (tx) => {
      for (const ids of [["a"], ["b", "c"], []]) await tx.rows(byIds, [ids]);
      return await tx.rows(plans);
    });
    expect(counted).to.deep.equal([{ generic_plans: 3, custom_plans: 0 }]);
  });

  it("may share its name with another text", async () => {
    const one = sql("same", "select 1 as n");
    const two = sql("same", "select 2 as n");
    await db.transaction(async (tx) => {
      expect(await tx.rows(one)).to.deep.equal([{ n: 1 }]);
      expect(await tx.rows(two)).to.deep.equal([{ n: 2 }]);
    });
    expect(sql("n".repeat(100), "select 1").name).to.have.length(63);
  });

  it("survives that its table changes under it", async () => {
    await db.run(insertParcels, [["a"], [1], [], []]);
    const everything = sql("everything", "select * from parcels");
    await db.transaction((tx) => tx.rows(everything));
    await db.run(sql("alter", "alter table parcels add column colour text"));
    const [row] = await db.transaction((tx) => tx.rows<object>(everything));
    expect(row).to.have.property("colour", null);
  });

  it("names itself in its errors", async () => {
    await db.run(insertParcels, [["a"], [1], [], []]);
    const error = await db.run(insertParcels, [["a"], [1], [], []]).catch((caught) => caught);
    expect(error).to.include({ code: "23505", statement: insertParcels.name });
  });

  it("sees the same values as an entity does", async () => {
    const em = db.entities();
    const sentAt = new Date("2026-11-20T11:22:33.456Z");
    const parcel = { id: "e", grams: 2n ** 60n, sentAt, label: { a: [1] }, price: "12.50" };
    em.create(Parcel, parcel);
    await em.flush();
    const { sentAt: sent_at, ...same } = parcel;
    expect(await db.rows<Row>(allParcels)).to.deep.equal([{ ...same, sent_at }]);
    const found = await db.entities().findOneOrFail(Parcel, { grams: 2n ** 60n });
    expect({ ...found }).to.deep.equal(parcel);
    expect(await db.entities().count(Parcel)).to.equal(1);
  });
});
