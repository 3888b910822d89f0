import {
  Channel,
  type ListNotificationsRequest,
  NotificationServiceDefinition,
  SendingState,
} from "@waybill/contracts/notification";
import { OrderState } from "@waybill/contracts/status";
import { actingAs, type Caller } from "@waybill/identity";
import { createClient, Refusal, reasonName, Status, startServer } from "@waybill/rpc";
import { expect } from "chai";
import { recordNotifications } from "../src/app/recordNotifications.ts";
import { notificationService } from "../src/rpc/notificationService.ts";
import { freshDatabase, logger, noOutbox } from "./support/testBed.ts";

const operator: Caller = { kind: "service", name: "operator" };
const alice: Caller = { kind: "user", userId: "alice", roles: ["customer"], token: "" };

/** The service with six notifications of alice, three of bob, all of one moment but for the version. */
async function serve() {
  await using undo = new AsyncDisposableStack();
  const db = undo.use(await freshDatabase());
  const told = ["a1 alice", "a2 alice", "b1 bob"].flatMap((words) => {
    const [orderId = "", userId = ""] = words.split(" ");
    return [1, 2, 3].map((version) => ({
      orderId,
      version,
      userId,
      state: "PENDING" as const,
      reason: "",
      total: undefined,
      occurredAt: new Date(1_700_000_000_123 + version),
      traceparent: "",
    }));
  });
  await recordNotifications(db, ["EMAIL", "SMS"], noOutbox)(told);
  const caller = { now: operator };
  const server = await startServer({
    name: "notification",
    host: "127.0.0.1",
    port: 0,
    services: [[NotificationServiceDefinition, notificationService(db)]],
    logger,
    authorize: () => (work) => actingAs(caller.now, work),
  });
  undo.use(server);
  const client = createClient(NotificationServiceDefinition, {
    callee: `notification-${server.port}`,
    address: server.address,
    logger,
  });
  undo.use(client);
  const list = (request: Partial<ListNotificationsRequest> = {}) =>
    client.listNotifications({ userId: "", orderId: "", pageSize: 0, pageToken: "", ...request });
  const cleanUp = undo.move();
  return { caller, list, [Symbol.asyncDispose]: () => cleanUp.disposeAsync() };
}

const keys = (page: { notifications: readonly { orderId: string; version: number }[] }) =>
  page.notifications.map(({ orderId, version }) => `${orderId}.${version}`);

const refused = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw error ?? new Error("it was answered");
  const fields = error.violations.map(({ field }) => field).join();
  return `${Status[error.code]} ${reasonName(error.reason)} ${fields}`;
};

describe("ListNotifications", () => {
  it("answers page by page, the latest first, each once", async () => {
    await using served = await serve();
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = await served.list({ pageSize: 4, pageToken });
      seen.push(...keys(page));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(seen).to.deep.equal(
      [3, 2, 1].flatMap((version) => ["b1", "a2", "a1"].map((order) => `${order}.${version}`)),
    );
  });

  it("answers those of a user, of an order, of both", async () => {
    await using served = await serve();
    const { notifications } = await served.list({ userId: "alice" });
    expect(notifications.map(({ userId }) => userId)).to.deep.equal(Array(6).fill("alice"));
    expect(keys(await served.list({ orderId: "b1" }))).to.deep.equal(["b1.3", "b1.2", "b1.1"]);
    expect(keys(await served.list({ orderId: "b1", userId: "alice" }))).to.deep.equal([]);
    const first = await served.list({ userId: "alice", pageSize: 5 });
    const { nextPageToken: pageToken } = first;
    expect(keys(await served.list({ userId: "alice", pageSize: 5, pageToken }))).to.deep.equal([
      "a1.1",
    ]);
  });

  it("tells what was told, and how far it has come on each channel", async () => {
    await using served = await serve();
    const [latest] = (await served.list({ orderId: "a1", pageSize: 1 })).notifications;
    const waiting = { state: SendingState.WAITING, attempts: 0, lastError: "", sentAt: undefined };
    expect(latest).to.deep.equal({
      orderId: "a1",
      version: 3,
      userId: "alice",
      state: OrderState.PENDING,
      subject: "We have received your order a1",
      text: latest?.text,
      occurredAt: new Date(1_700_000_000_126),
      sendings: [
        { channel: Channel.EMAIL, ...waiting },
        { channel: Channel.SMS, ...waiting },
      ],
    });
  });

  it("shows customers their own only, whatever they ask for", async () => {
    await using served = await serve();
    served.caller.now = alice;
    expect((await served.list()).notifications).to.have.length(6);
    expect((await served.list({ userId: "bob" })).notifications).to.have.length(6);
    expect((await served.list({ orderId: "b1" })).notifications).to.have.length(0);
  });

  it("refuses what the contract does not allow, by field", async () => {
    await using served = await serve();
    const { list } = served;
    const invalid = "INVALID_ARGUMENT INVALID_FIELD";
    expect(await refused(list({ userId: "a b" }))).to.equal(`${invalid} user_id`);
    expect(await refused(list({ orderId: "x".repeat(65) }))).to.equal(`${invalid} order_id`);
    expect(await refused(list({ pageSize: 501 }))).to.equal(`${invalid} page_size`);
    expect(await refused(list({ pageSize: -1 }))).to.equal(`${invalid} page_size`);
    const foreign = "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token";
    expect(await refused(list({ pageToken: "nonsense" }))).to.equal(foreign);
    const { nextPageToken: pageToken } = await list({ pageSize: 1 });
    expect(await refused(list({ pageToken, userId: "alice" }))).to.equal(foreign);
  });
});
