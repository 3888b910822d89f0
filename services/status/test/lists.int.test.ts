import { OrderState, type Status } from "@waybill/contracts/status";
import { expect } from "chai";
import { alice, move, refused } from "./support/asking.ts";
import { type Replica, startReplica } from "./support/replica.ts";

const start = new Date("2026-11-20T12:00:00.000Z").getTime();

describe("lists of orders", () => {
  let replica: Replica;

  /** Places orders, several in each millisecond, so that pages end within one. */
  async function place(prefix: string, count: number, userId: string): Promise<void> {
    const requests = Array.from({ length: count }, (_, index) => ({
      orderId: `${prefix}${String(index).padStart(3, "0")}`,
      userId,
      placedAt: new Date(start + Math.floor(index / 7)),
    }));
    const { results } = await replica.client.batchCreateStatuses({ requests });
    for (const { result } of results) expect(result?.$case).to.equal("response");
  }

  async function* pages(filters: object, pageSize: number): AsyncGenerator<readonly Status[]> {
    let pageToken = "";
    do {
      const page = await replica.client.listStatuses({ ...filters, pageSize, pageToken });
      expect(page.statuses.length).to.be.at.most(pageSize);
      yield page.statuses;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  async function idsOf(filters: object, pageSize: number): Promise<string[]> {
    const all: string[] = [];
    for await (const page of pages(filters, pageSize)) all.push(...page.map((one) => one.orderId));
    return all;
  }

  before(async () => {
    replica = await startReplica();
    await place("a", 60, "alice");
    await place("b", 60, "bob");
    const cancelled = Array.from({ length: 60 }, (_, index) => `a${String(index).padStart(3, "0")}`)
      .filter((_, index) => index % 3 === 0)
      .map((orderId) => move(orderId, "PENDING", "CANCELLED", alice));
    await replica.client.batchUpdateStatuses({ requests: cancelled });
  });

  after(() => replica[Symbol.asyncDispose]());

  it("come page by page, the latest first, each order once, whatever the size of the pages", async () => {
    const whole = await idsOf({}, 500);
    expect(whole).to.have.length(120);
    for (const pageSize of [1, 7, 13, 119, 120, 121]) {
      expect(await idsOf({}, pageSize), `pages of ${pageSize}`).to.deep.equal(whole);
    }
    expect(whole[0]).to.equal("b059");
    expect(whole.at(-1)).to.equal("a000");
  });

  it("have 50 entries by default", async () => {
    const { statuses, nextPageToken } = await replica.client.listStatuses({ pageSize: 0 });
    expect(statuses).to.have.length(50);
    expect(nextPageToken).not.to.equal("");
  });

  it("end without a token when the last page is full", async () => {
    const { statuses, nextPageToken } = await replica.client.listStatuses({ pageSize: 120 });
    expect(statuses).to.have.length(120);
    expect(nextPageToken).to.equal("");
  });

  it("are filtered by user, by state, by both", async () => {
    const count = async (filters: object) => (await idsOf(filters, 9)).length;
    expect(await count({ userId: "alice" })).to.equal(60);
    expect(await count({ state: OrderState.CANCELLED })).to.equal(20);
    expect(await count({ userId: "alice", state: OrderState.PENDING })).to.equal(40);
    expect(await count({ userId: "alice", state: OrderState.CANCELLED })).to.equal(20);
    expect(await count({ userId: "bob", state: OrderState.CANCELLED })).to.equal(0);
    expect(await count({ userId: "nobody" })).to.equal(0);
  });

  it("are filtered by time: from placed_after on, until before placed_before", async () => {
    const window = { placedAfter: new Date(start + 2), placedBefore: new Date(start + 4) };
    const ids = await idsOf({ ...window, userId: "bob" }, 4);
    const expected = Array.from(
      { length: 14 },
      (_, index) => `b${String(27 - index).padStart(3, "0")}`,
    );
    expect(ids).to.deep.equal(expected);
    expect(await idsOf({ placedAfter: new Date(start + 9) }, 4)).to.be.empty;
    expect(await idsOf({ placedBefore: new Date(start) }, 4)).to.be.empty;
  });

  it("take a token only for the list and the filters that it was made for", async () => {
    const { client } = replica;
    const { nextPageToken } = await client.listStatuses({ pageSize: 5, userId: "alice" });
    const wrong = "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token";
    const list = (request: object) =>
      refused(client.listStatuses({ pageSize: 5, pageToken: nextPageToken, ...request }));
    expect(await list({})).to.equal(wrong);
    expect(await list({ userId: "bob" })).to.equal(wrong);
    expect(await list({ userId: "alice", state: OrderState.PENDING })).to.equal(wrong);
    expect(await list({ userId: "alice", placedBefore: new Date(start) })).to.equal(wrong);
    const cut = nextPageToken.slice(0, -4);
    expect(await list({ userId: "alice", pageToken: cut })).to.equal(wrong);
    const other = await client.listStatuses({
      pageSize: 7,
      userId: "alice",
      pageToken: nextPageToken,
    });
    expect(other.statuses, "another page size is no other list").to.have.length(7);
  });

  it("neither skip nor repeat an order while others are placed and all of them move", async () => {
    const seen: string[] = [];
    let round = 0;
    for await (const page of pages({ userId: "bob" }, 10)) {
      seen.push(...page.map((one) => one.orderId));
      round += 1;
      await replica.client.createStatus({ orderId: `b-new-${round}`, userId: "bob" });
      const bob = { ...alice, id: "bob" };
      await replica.client.batchUpdateStatuses({
        requests: page.map(({ orderId }) => move(orderId, "PENDING", "CANCELLED", bob)),
      });
    }
    expect(seen).to.have.length(60);
    expect(new Set(seen)).to.have.length(60);
  });
});
