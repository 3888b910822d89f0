import { type ItemServiceClient, ReservationState } from "@waybill/contracts/item";
import { Status } from "@waybill/rpc";
import { expect } from "chai";
import { refusal, refused, serveItems } from "./serving.ts";
import { expectBalanced, stockItem, stockOf } from "./support.ts";

const invalid = (field: string) => `${Status.INVALID_ARGUMENT} INVALID_FIELD ${field}`;
const line = (itemId: string, quantity: number) => ({ itemId, quantity });

const tryOf = (transactionId: string, ...lines: { itemId: string; quantity: number }[]) => ({
  transactionId,
  userId: "u",
  lines,
});

describe("the TCC participant over gRPC", () => {
  let served: Awaited<ReturnType<typeof serveItems>>;
  let client: ItemServiceClient;
  before(async () => {
    served = await serveItems();
    client = served.client;
    await stockItem(served.app, "a", 20_000);
    await stockItem(served.app, "b", 10);
  });
  after(() => served[Symbol.asyncDispose]());

  it("plays Try, Confirm and their repetitions, and answers the reservation", async () => {
    const request = tryOf("t1", line("b", 1), line("a", 2), line("b", 1));
    const tried = await client.tryReservation(request);
    expect(tried.replayed).to.equal(false);
    expect(tried.reservation).to.deep.include({
      transactionId: "t1",
      userId: "u",
      state: ReservationState.TRIED,
      total: { minorUnits: 400n, currency: "EUR" },
    });
    const lines = tried.reservation?.lines.map((it) => `${it.itemId} ${it.quantity} ${it.name}`);
    expect(lines).to.deep.equal(["a 2 a", "b 2 b"]);
    // Split and sorted in another way it is still the same content.
    const repeated = await client.tryReservation(tryOf("t1", line("a", 2), line("b", 2)));
    expect(repeated.replayed).to.equal(true);
    expect(repeated.reservation).to.deep.equal(tried.reservation);

    expect(await client.confirmReservation({ transactionId: "t1" })).to.deep.equal({
      replayed: false,
    });
    expect(await client.confirmReservation({ transactionId: "t1" })).to.deep.equal({
      replayed: true,
    });
    expect(await refused(client.cancelReservation({ transactionId: "t1" }))).to.equal(
      `${Status.FAILED_PRECONDITION} ALREADY_CONFIRMED`,
    );
    const { reservation } = await client.getReservation({ transactionId: "t1" });
    expect(reservation?.state).to.equal(ReservationState.CONFIRMED);
  });

  it("says which refusal of the fence it is", async () => {
    expect(await refused(client.confirmReservation({ transactionId: "t2" }))).to.equal(
      `${Status.FAILED_PRECONDITION} NOT_TRIED`,
    );
    expect(await client.cancelReservation({ transactionId: "t2" })).to.deep.equal({
      replayed: false,
    });
    const { reservation } = await client.getReservation({ transactionId: "t2" });
    expect(reservation).to.deep.include({ userId: "", lines: [], state: ReservationState.BLOCKED });
    expect(reservation?.total).to.equal(undefined);
    const aborted = `${Status.ABORTED} TRANSACTION_CANCELLED`;
    expect(await refused(client.tryReservation(tryOf("t2", line("a", 1))))).to.equal(aborted);
    expect(await refused(client.confirmReservation({ transactionId: "t2" }))).to.equal(aborted);
    await client.tryReservation(tryOf("t3", line("a", 1)));
    expect(await refused(client.tryReservation(tryOf("t3", line("a", 2))))).to.equal(
      `${Status.ALREADY_EXISTS} CONTENT_MISMATCH`,
    );
    expect(await refused(client.getReservation({ transactionId: "none" }))).to.equal(
      `${Status.NOT_FOUND} RESERVATION_NOT_FOUND`,
    );
  });

  it("says of each short item what was requested and what is available", async () => {
    const short = await refusal(client.tryReservation(tryOf("s", line("a", 1), line("b", 9))));
    expect(short.code).to.equal(Status.FAILED_PRECONDITION);
    expect(short.metadata).to.deep.equal({ b: "9/8" });
  });

  it("names unknown items by where they stand", async () => {
    const unknown = tryOf("n", line("a", 1), line("y", 1), line("x", 1), line("y", 1));
    const missing = await refusal(client.tryReservation(unknown));
    expect(missing.code).to.equal(Status.NOT_FOUND);
    expect(missing.metadata).to.deep.equal({ item_ids: "x,y" });
    expect(missing.violations.map((it) => it.field)).to.deep.equal([
      "lines[2].item_id",
      "lines[1].item_id",
    ]);
  });

  it("tells all of 100 short items with the longest ids, and as many unknown ones as fit", async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `${n}`.padStart(64, "x"));
    const request = tryOf("l", ...ids.map((id) => line(id, 10_000)));
    const missing = await refusal(client.tryReservation(request));
    expect(missing.violations).to.have.length.at.least(50);
    expect(ids).to.include(missing.metadata.item_ids?.split(",")[0]);
    const { results } = await client.batchTryReservations({ requests: [request] });
    const failure = results[0]?.result?.value as { metadata: Record<string, string> };
    expect(failure.metadata.item_ids?.split(",")).to.have.members(ids);
    for (const id of ids) await stockItem(served.app, id, 0);
    const short = await refusal(client.tryReservation(request));
    expect(Object.keys(short.metadata)).to.have.members(ids);
  });

  it("refuses mixed currencies and totals that are too large, and holds nothing", async () => {
    const item = { name: "x", onHand: 10_000n };
    await client.createItem({
      ...item,
      itemId: "usd",
      unitPrice: { minorUnits: 1n, currency: "USD" },
    });
    const dear = { minorUnits: 9_007_199_254_740_991n, currency: "EUR" };
    await client.createItem({ ...item, itemId: "dear", unitPrice: dear });
    expect(await refused(client.tryReservation(tryOf("m", line("a", 1), line("usd", 1))))).to.equal(
      `${Status.FAILED_PRECONDITION} MIXED_CURRENCIES`,
    );
    for (const lines of [
      [line("dear", 2)],
      [line("dear", 10_000)],
      [line("dear", 1), line("a", 1)],
    ]) {
      expect(await refused(client.tryReservation(tryOf("m", ...lines)))).to.equal(
        `${Status.FAILED_PRECONDITION} TOTAL_TOO_LARGE`,
      );
    }
    expect(await stockOf(served.app, "dear")).to.equal("0/10000");
    const tried = await client.tryReservation(tryOf("m", line("dear", 1)));
    expect(tried.reservation?.total).to.deep.equal(dear);
  });

  const bad: [change: object, field: string][] = [
    [{ transactionId: "" }, "transaction_id"],
    [{ transactionId: "x".repeat(65) }, "transaction_id"],
    [{ transactionId: "a.b" }, "transaction_id"],
    [{ userId: "" }, "user_id"],
    [{ userId: "a b" }, "user_id"],
    [{ lines: [] }, "lines"],
    [{ lines: Array(101).fill(line("a", 1)) }, "lines"],
    [{ lines: Array(1000).fill(line("a", 1)) }, "lines"],
    [{ lines: [line("a", 1), line("", 1)] }, "lines[1].item_id"],
    [{ lines: [line("a", 0)] }, "lines[0].quantity"],
    [{ lines: [line("a", -1)] }, "lines[0].quantity"],
    [{ lines: [line("b", 1), line("a", 10_001)] }, "lines[1].quantity"],
    [{ lines: [line("b", 1), line("a", 10_000), line("a", 1)] }, "lines[1].quantity"],
    [{ lines: Array(2).fill(line("a", 0)) }, "lines[0].quantity, lines[1].quantity"],
  ];
  it("refuses what is beyond a limit, naming the field, and stores nothing", async () => {
    for (const [change, field] of bad) {
      const request = { ...tryOf("bad", line("a", 1)), ...change };
      expect(await refused(client.tryReservation(request))).to.equal(invalid(field));
    }
    for (const transactionId of ["", "x".repeat(65), "a/b"]) {
      const request = { transactionId };
      expect(await refused(client.confirmReservation(request))).to.equal(invalid("transaction_id"));
      expect(await refused(client.cancelReservation(request))).to.equal(invalid("transaction_id"));
      expect(await refused(client.getReservation(request))).to.equal(invalid("transaction_id"));
    }
    expect(await served.app.findReservation("bad")).to.equal(undefined);
  });

  it("takes the edges of each limit", async () => {
    const most = {
      ...tryOf("x".repeat(64), ...Array(100).fill(line("a", 100))),
      userId: "u".repeat(64),
    };
    const tried = await client.tryReservation(most);
    expect(tried.reservation?.lines.map((it) => it.quantity)).to.deep.equal([10_000]);
    await client.cancelReservation({ transactionId: most.transactionId });
  });

  it("answers one result per element of a batch; a bad one fails alone", async () => {
    const { results: tries } = await client.batchTryReservations({
      requests: [
        tryOf("k1", line("a", 1)),
        tryOf("", line("a", 1)),
        tryOf("k1", line("a", 1)),
        tryOf("k2", line("b", 99)),
      ],
    });
    const told = tries.map(({ result }) =>
      result?.$case === "response" ? result.value.replayed : result?.value.code,
    );
    expect(told).to.deep.equal([false, Status.INVALID_ARGUMENT, true, Status.FAILED_PRECONDITION]);
    const ids = ["k1", "k2", "k1"].map((transactionId) => ({ transactionId }));
    const { results: confirms } = await client.batchConfirmReservations({ requests: ids });
    expect(confirms.map(({ result }) => result?.$case)).to.deep.equal([
      "response",
      "failure",
      "response",
    ]);
    const { results: cancels } = await client.batchCancelReservations({ requests: ids });
    expect(cancels.map(({ result }) => result?.$case)).to.deep.equal([
      "failure",
      "response",
      "failure",
    ]);
    await expectBalanced(served.db);
  });

  it("takes 1 to 512 elements in a batch", async () => {
    const ids = (count: number) => ({
      requests: Array.from({ length: count }, (_, n) => ({ transactionId: `many${n}` })),
    });
    expect((await client.batchCancelReservations(ids(512))).results).to.have.length(512);
    for (const count of [0, 513]) {
      expect(await refused(client.batchTryReservations(ids(count)))).to.equal(invalid("requests"));
      expect(await refused(client.batchConfirmReservations(ids(count)))).to.equal(
        invalid("requests"),
      );
      expect(await refused(client.batchCancelReservations(ids(count)))).to.equal(
        invalid("requests"),
      );
    }
  });
});
