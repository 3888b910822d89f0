import { ActorKind, OrderState } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { move, refused, workflow } from "./support/asking.ts";
import { type Replica, startReplica } from "./support/replica.ts";

const long = "x".repeat(65);
const eur = (minorUnits: bigint, currency = "EUR") => ({ minorUnits, currency });
const countStatement = sql(
  "test_count",
  "select (select count(*) from statuses) as statuses, (select count(*) from transitions) as rows",
);

describe("bad input to status", () => {
  let replica: Replica;

  before(async () => {
    replica = await startReplica();
    await replica.client.createStatus({ orderId: "known", userId: "alice" });
  });

  after(() => replica[Symbol.asyncDispose]());

  afterEach(async () => {
    const [stored] = await replica.db.rows(countStatement);
    expect(stored, "nothing is stored").to.deep.equal({ statuses: 1n, rows: 1n });
  });

  const invalid = (field: string) => `INVALID_ARGUMENT INVALID_FIELD ${field}`;

  it("is refused by CreateStatus with the field named", async () => {
    const create = (request: object) =>
      refused(replica.client.createStatus({ orderId: "new", userId: "alice", ...request }));
    const rows: readonly [object, string][] = [
      [{ orderId: "" }, "order_id"],
      [{ orderId: long }, "order_id"],
      [{ orderId: "a b" }, "order_id"],
      [{ orderId: "a.b" }, "order_id"],
      [{ userId: "" }, "user_id"],
      [{ userId: "ann@example.org" }, "user_id"],
      [{ total: eur(-1n) }, "total.minor_units"],
      [{ total: eur(9_007_199_254_740_992n) }, "total.minor_units"],
      [{ total: eur(1n, "eur") }, "total.currency"],
      [{ total: eur(1n, "") }, "total.currency"],
      [{ reservationMode: 3 }, "reservation_mode"],
      [{ reservationMode: -1 }, "reservation_mode"],
      [{ placedAt: new Date("+010000-01-01T00:00:00Z") }, "placed_at"],
      [{ expiresAt: new Date("+010000-01-01T00:00:00Z") }, "expires_at"],
    ];
    for (const [request, field] of rows) {
      expect(await create(request), JSON.stringify(request, String)).to.equal(invalid(field));
    }
  });

  it("is refused by UpdateStatus with the field named", async () => {
    const update = (request: object) =>
      refused(
        replica.client.updateStatus({ ...move("known", "PENDING", "CANCELLED"), ...request }),
      );
    const rows: readonly [object, string][] = [
      [{ orderId: "" }, "order_id"],
      [{ expectedState: OrderState.UNSPECIFIED }, "expected_state"],
      [{ expectedState: 7 }, "expected_state"],
      [{ newState: OrderState.UNSPECIFIED }, "new_state"],
      [{ newState: 99 }, "new_state"],
      [{ reason: "x".repeat(201) }, "reason"],
      [{ reason: "a\0b" }, "reason"],
      [{ actor: undefined }, "actor"],
      [{ actor: { kind: ActorKind.UNSPECIFIED, id: "workflow" } }, "actor.kind"],
      [{ actor: { kind: 9, id: "workflow" } }, "actor.kind"],
      [{ actor: { kind: ActorKind.SERVICE, id: "" } }, "actor.id"],
      [{ tried: {} }, "tried"],
      [{ newState: OrderState.CONFIRMED, tried: { total: eur(-1n) } }, "tried.total.minor_units"],
    ];
    for (const [request, field] of rows) {
      expect(await update(request), JSON.stringify(request, String)).to.equal(invalid(field));
    }
  });

  it("is refused by MarkTried, GetStatus, ListTransitions and WatchStatuses", async () => {
    const { client } = replica;
    expect(await refused(client.markTried({ orderId: "" }))).to.equal(invalid("order_id"));
    expect(await refused(client.markTried({ orderId: "known", total: eur(-5n) }))).to.equal(
      invalid("total.minor_units"),
    );
    expect(await refused(client.getStatus({ orderId: "ü" }))).to.equal(invalid("order_id"));
    expect(await refused(client.listTransitions({ orderId: "" }))).to.equal(invalid("order_id"));
    const watch = (request: object) =>
      refused(client.watchStatuses(request)[Symbol.asyncIterator]().next());
    expect(await watch({ orderId: long })).to.equal(invalid("order_id"));
    expect(await watch({ orderId: "known", afterVersion: -1 })).to.equal(invalid("after_version"));
    expect(await watch({ afterVersion: 1 })).to.equal(invalid("after_version"));
    expect(await watch({ orderId: "known", afterPosition: "x" })).to.equal(
      invalid("after_position"),
    );
    expect(await watch({ afterPosition: "x".repeat(201) })).to.equal(invalid("after_position"));
  });

  it("unknown orders are NOT_FOUND, whatever is asked of them", async () => {
    const { client } = replica;
    const unknown = "NOT_FOUND ORDER_NOT_FOUND";
    expect(await refused(client.getStatus({ orderId: "unknown" }))).to.equal(unknown);
    expect(await refused(client.markTried({ orderId: "unknown" }))).to.equal(unknown);
    expect(await refused(client.listTransitions({ orderId: "unknown" }))).to.equal(unknown);
    expect(await refused(client.updateStatus(move("unknown", "PENDING", "CANCELLED")))).to.equal(
      unknown,
    );
    const watching = client.watchStatuses({ orderId: "unknown" })[Symbol.asyncIterator]();
    expect(await refused(watching.next())).to.equal(unknown);
  });

  it("fails alone in a batch, and batches have 1 to 512 elements", async () => {
    const { client } = replica;
    const { results } = await client.batchGetStatuses({ orderIds: ["known", "", "known"] });
    expect(results.map(({ result }) => result?.$case)).to.deep.equal([
      "response",
      "failure",
      "response",
    ]);
    const empty = invalid("requests");
    expect(await refused(client.batchCreateStatuses({ requests: [] }))).to.equal(empty);
    expect(await refused(client.batchUpdateStatuses({ requests: [] }))).to.equal(empty);
    expect(await refused(client.batchMarkTried({ requests: [] }))).to.equal(empty);
    const ids = (count: number) => Array.from({ length: count }, () => "known");
    expect(await refused(client.batchGetStatuses({ orderIds: [] }))).to.equal(invalid("order_ids"));
    expect(await refused(client.batchGetStatuses({ orderIds: ids(513) }))).to.equal(
      invalid("order_ids"),
    );
    expect((await client.batchGetStatuses({ orderIds: ids(512) })).results).to.have.length(512);
    const publish = (orderIds: string[]) => client.publishTransitions({ orderIds });
    expect(await refused(publish([]))).to.equal(invalid("order_ids"));
    expect(await refused(publish(ids(513)))).to.equal(invalid("order_ids"));
    expect(await refused(publish(["a b"]))).to.equal(invalid("order_ids[0]"));
    expect((await publish(ids(512))).transitions).to.equal(1); // Without NATS it is not in the stream.
  });

  it("is refused by ListStatuses: page sizes, states, times, tokens", async () => {
    const { client } = replica;
    const list = (request: object) => refused(client.listStatuses(request));
    expect(await list({ pageSize: -1 })).to.equal(invalid("page_size"));
    expect(await list({ pageSize: 501 })).to.equal(invalid("page_size"));
    expect(await list({ userId: "a b" })).to.equal(invalid("user_id"));
    expect(await list({ state: 7 })).to.equal(invalid("state"));
    expect(await list({ placedAfter: new Date("+010000-01-01T00:00:00Z") })).to.equal(
      invalid("placed_after"),
    );
    expect(await list({ pageToken: "garbage" })).to.equal(
      "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token",
    );
    expect((await client.listStatuses({ pageSize: 500 })).statuses).to.have.length(1);
  });

  it("what would be illegal is refused with the state that holds", async () => {
    const { client } = replica;
    const update = (
      from: keyof typeof OrderState,
      to: keyof typeof OrderState,
      actor = workflow,
    ): Promise<string> => refused(client.updateStatus(move("known", from, to, actor)));
    const mallory = { kind: ActorKind.CUSTOMER, id: "mallory" };
    expect(await update("PENDING", "SHIPPED")).to.equal("FAILED_PRECONDITION ILLEGAL_TRANSITION");
    expect(await update("CONFIRMED", "PROCESSING")).to.equal("FAILED_PRECONDITION STATE_MISMATCH");
    expect(await update("PENDING", "CONFIRMED")).to.equal("FAILED_PRECONDITION TRY_INCOMPLETE");
    expect(await update("PENDING", "CANCELLED", mallory)).to.equal(
      "PERMISSION_DENIED ACTOR_NOT_ENTITLED",
    );
    const request = move("known", "CONFIRMED", "PROCESSING");
    const { results } = await client.batchUpdateStatuses({ requests: [request] });
    expect(results[0]?.current).to.include({ state: OrderState.PENDING, version: 1 });
  });
});
