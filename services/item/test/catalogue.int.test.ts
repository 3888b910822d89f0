import type { ItemServiceClient } from "@waybill/contracts/item";
import { Status } from "@waybill/rpc";
import { expect } from "chai";
import { refusal, refused, serveItems } from "./serving.ts";
import { expectBalanced, inOneBatch } from "./support.ts";

const price = (minorUnits: bigint, currency = "EUR") => ({ minorUnits, currency });
const item = { itemId: "a", name: "Apple", unitPrice: price(100n), onHand: 10n };
const limit = 1_000_000_000n;
const maxMoney = 9_007_199_254_740_991n;
const mismatch = `${Status.ALREADY_EXISTS} CONTENT_MISMATCH`;
const invalid = (field: string) => `${Status.INVALID_ARGUMENT} INVALID_FIELD ${field}`;
const notFound = `${Status.NOT_FOUND} ITEM_NOT_FOUND`;

describe("the catalogue over gRPC", () => {
  let served: Awaited<ReturnType<typeof serveItems>>;
  let client: ItemServiceClient;
  before(async () => {
    served = await serveItems();
    client = served.client;
  });
  after(() => served[Symbol.asyncDispose]());

  describe("CreateItem", () => {
    it("adds an item; repeated it answers it as it is now; other content is refused", async () => {
      const { item: created } = await client.createItem(item);
      expect(created).to.deep.include({ ...item, held: 0n, version: 1 });
      const rename = { requestId: "rename", itemId: "a", name: "Pear" };
      await client.updateItem(rename);
      const { item: repeated } = await client.createItem(item);
      expect(repeated).to.deep.include({ name: "Pear", version: 2 });
      expect(await refused(client.createItem({ ...item, onHand: 11n }))).to.equal(mismatch);
      expect(await refused(client.createItem({ ...item, unitPrice: price(1n) }))).to.equal(
        mismatch,
      );
    });

    it("makes one item of ten equal requests at once", async () => {
      const same = { ...item, itemId: "ten" };
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.createItem(same)));
      expect(new Set(answers.map((answer) => answer.item?.createdAt?.getTime())).size).to.equal(1);
    });

    it("takes the edges of each limit", async () => {
      const least = { itemId: "_", name: "x", unitPrice: price(0n), onHand: 0n };
      const most = {
        itemId: "Z".repeat(64),
        name: "y".repeat(200),
        unitPrice: price(maxMoney),
        onHand: limit,
      };
      expect((await client.createItem(least)).item).to.deep.include(least);
      expect((await client.createItem(most)).item).to.deep.include(most);
    });

    const bad: [change: object, field: string][] = [
      [{ itemId: "" }, "item_id"],
      [{ itemId: "Z".repeat(65) }, "item_id"],
      [{ itemId: "a b" }, "item_id"],
      [{ itemId: "é" }, "item_id"],
      [{ name: "" }, "name"],
      [{ name: "y".repeat(201) }, "name"],
      [{ name: "a\0b" }, "name"],
      [{ unitPrice: undefined }, "unit_price"],
      [{ unitPrice: price(-1n) }, "unit_price.minor_units"],
      [{ unitPrice: price(maxMoney + 1n) }, "unit_price.minor_units"],
      [{ unitPrice: price(1n, "eur") }, "unit_price.currency"],
      [{ unitPrice: price(1n, "") }, "unit_price.currency"],
      [{ onHand: -1n }, "on_hand"],
      [{ onHand: limit + 1n }, "on_hand"],
      [{ itemId: "", name: "" }, "item_id, name"],
    ];
    it("refuses what is beyond a limit, naming the field", async () => {
      for (const [change, field] of bad) {
        const answer = await refused(client.createItem({ ...item, itemId: "bad", ...change }));
        expect(answer).to.equal(invalid(field));
      }
      expect(await refused(client.getItem({ itemId: "bad" }))).to.equal(notFound);
    });
  });

  describe("UpdateItem", () => {
    it("changes name and price once per request id", async () => {
      await client.createItem({ ...item, itemId: "u" });
      const first = { requestId: "u1", itemId: "u", unitPrice: price(200n, "USD") };
      const { item: updated } = await client.updateItem(first);
      expect(updated).to.deep.include({ name: "Apple", unitPrice: price(200n, "USD"), version: 2 });
      await client.updateItem({ requestId: "u2", itemId: "u", name: "Plum" });
      expect((await client.updateItem(first)).item).to.deep.include({ name: "Plum", version: 3 });
      expect(await refused(client.updateItem({ ...first, name: "other" }))).to.equal(mismatch);
      expect(await refused(client.updateItem({ ...first, itemId: "a" }))).to.equal(mismatch);
    });

    it("insists on the expected version, but not for a repetition", async () => {
      await client.createItem({ ...item, itemId: "v" });
      const first = { requestId: "v1", itemId: "v", name: "Fig", expectedVersion: 1 };
      await client.updateItem(first);
      expect((await client.updateItem(first)).item?.version).to.equal(2);
      const late = await refusal(client.updateItem({ ...first, requestId: "v2" }));
      expect(late).to.deep.include({ code: Status.ABORTED, metadata: { current_version: "2" } });
    });

    it("refuses bad input", async () => {
      const update = { requestId: "r", itemId: "a", name: "x" };
      const bad: [change: object, field: string][] = [
        [{ requestId: "" }, "request_id"],
        [{ itemId: "/" }, "item_id"],
        [{ name: "" }, "name"],
        [{ name: undefined }, "name"],
        [{ unitPrice: price(1n, "EURO") }, "unit_price.currency"],
        [{ expectedVersion: -1 }, "expected_version"],
      ];
      for (const [change, field] of bad) {
        expect(await refused(client.updateItem({ ...update, ...change }))).to.equal(invalid(field));
      }
      expect(await refused(client.updateItem({ ...update, itemId: "none" }))).to.equal(notFound);
    });
  });

  describe("AdjustStock", () => {
    it("adds and takes out once per request id, also at once", async () => {
      await client.createItem({ ...item, itemId: "s" });
      const delivery = { requestId: "s1", itemId: "s", delta: 5n, reason: "delivery" };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => client.adjustStock(delivery)),
      );
      expect(answers.map((answer) => answer.item?.onHand)).to.deep.equal(Array(10).fill(15n));
      for (const other of [{ delta: 6n }, { itemId: "a" }, { reason: "gift" }]) {
        expect(await refused(client.adjustStock({ ...delivery, ...other }))).to.equal(mismatch);
      }
      const taken = await client.adjustStock({ ...delivery, requestId: "s2", delta: -15n });
      expect(taken.item?.onHand).to.equal(0n);
      await expectBalanced(served.db);
    });

    it("leaves what is held, and a refusal does not use up its request id", async () => {
      await client.createItem({ ...item, itemId: "h" });
      await inOneBatch(served.app, "try h1 h:4");
      const broken = { requestId: "h1", itemId: "h", delta: -7n, reason: "broken" };
      const short = await refusal(client.adjustStock(broken));
      expect(short.code).to.equal(Status.FAILED_PRECONDITION);
      expect(short.metadata).to.deep.equal({ on_hand: "10", held: "4" });
      expect((await client.adjustStock({ ...broken, delta: -6n })).item).to.include({
        onHand: 4n,
        held: 4n,
      });
    });

    it("refuses bad input", async () => {
      const delivery = { requestId: "r", itemId: "a", delta: 1n, reason: "" };
      const bad: [change: object, field: string][] = [
        [{ requestId: "" }, "request_id"],
        [{ itemId: "" }, "item_id"],
        [{ delta: 0n }, "delta"],
        [{ delta: limit + 1n }, "delta"],
        [{ delta: -limit - 1n }, "delta"],
        [{ delta: limit }, "delta"], // Together with what there is.
        [{ reason: "x".repeat(201) }, "reason"],
      ];
      for (const [change, field] of bad) {
        expect(await refused(client.adjustStock({ ...delivery, ...change }))).to.equal(
          invalid(field),
        );
      }
      expect(await refused(client.adjustStock({ ...delivery, itemId: "none" }))).to.equal(notFound);
    });
  });

  describe("reading items", () => {
    it("answers many with one result each; a malformed or unknown one fails alone", async () => {
      await client.createItem({ ...item, itemId: "g" });
      const { results } = await client.batchGetItems({ itemIds: ["g", "none", "a\0", "g"] });
      const told = results.map(({ result }) =>
        result?.$case === "response" ? result.value.item?.itemId : result?.value.code,
      );
      expect(told).to.deep.equal(["g", Status.NOT_FOUND, Status.INVALID_ARGUMENT, "g"]);
      expect(await refused(client.batchGetItems({ itemIds: [] }))).to.equal(invalid("item_ids"));
      const itemIds = Array(513).fill("g");
      expect(await refused(client.batchGetItems({ itemIds }))).to.equal(invalid("item_ids"));
      expect((await client.batchGetItems({ itemIds: itemIds.slice(1) })).results).to.have.length(
        512,
      );
    });

    it("lists all items by their id, page by page", async () => {
      for (const n of [1, 2, 3]) await client.createItem({ ...item, itemId: `list${n}` });
      const listed: string[] = [];
      let pageToken = "";
      do {
        const page = await client.listItems({ pageSize: 2, pageToken });
        listed.push(...page.items.map((it) => it.itemId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      const { items } = await client.listItems({ pageSize: 500 });
      expect(listed).to.deep.equal(items.map((it) => it.itemId));
      expect(listed).to.deep.equal([...new Set(listed)].sort());
      expect(listed).to.include.members(["list1", "list2", "list3"]);
    });

    it("refuses wrong page sizes and tokens", async () => {
      expect(await refused(client.listItems({ pageSize: 501 }))).to.equal(invalid("page_size"));
      expect(await refused(client.listItems({ pageSize: -1 }))).to.equal(invalid("page_size"));
      expect(await refused(client.listItems({ pageToken: "nonsense" }))).to.equal(
        `${Status.INVALID_ARGUMENT} INVALID_PAGE_TOKEN page_token`,
      );
    });
  });
});
