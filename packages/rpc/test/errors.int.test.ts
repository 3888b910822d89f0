import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import { Refusal, refuse, Status } from "../src/index.ts";
import { clientOf, type Handlers, keptLog, refusalFrom, serve } from "./support.ts";

/** What a client sees of an error that a handler throws, and what the server logs. */
async function answerTo(error: unknown) {
  const { logger, lines } = keptLog();
  const getStatus: Handlers["getStatus"] = async () => {
    throw error;
  };
  await using server = await serve({ getStatus }, { logger });
  await using client = clientOf(server.address, { attempts: 1 });
  const refusal = await refusalFrom(client.getStatus({ orderId: "o-1" }));
  return { refusal, lines };
}

describe("an error over gRPC", () => {
  it("that is a refusal arrives with everything that it says", async () => {
    const thrown = new Refusal(
      Status.FAILED_PRECONDITION,
      ErrorReason.ILLEGAL_TRANSITION,
      "Zu spät",
      {
        metadata: { current_state: "SHIPPED", version: "4" },
        violations: [{ field: "new_state", description: "must follow SHIPPED" }],
        retryDelayMs: 1_500,
      },
    );
    const { refusal, lines } = await answerTo(thrown);
    expect({ ...refusal }).to.deep.equal({ ...thrown });
    expect(refusal.message).to.equal("Zu spät");
    expect(lines).to.deep.equal([]);
  });

  it("that nobody foresaw is INTERNAL; its text goes to the log, under the trace id", async () => {
    const { refusal, lines } = await answerTo(new TypeError("password=secret"));
    expect(refusal.code).to.equal(Status.INTERNAL);
    const [, incident] = /^Internal error; trace id ([0-9a-f]{32})$/.exec(refusal.message) ?? [];
    const [line] = lines as [{ level: string; trace_id: string; error: { stack: string } }];
    expect(line).to.include({ level: "error", trace_id: incident });
    expect(line.error.stack).to.contain("password=secret").and.contain("errors.int.test.ts");
  });

  const named = (name: string) => Object.assign(new Error("secret"), { name });
  const known = [
    ["OverloadedError", Status.RESOURCE_EXHAUSTED, ErrorReason.OVERLOADED],
    ["DrainingError", Status.UNAVAILABLE, ErrorReason.SHUTTING_DOWN],
    ["UnavailableError", Status.UNAVAILABLE, ErrorReason.CALLEE_UNAVAILABLE],
  ] as const;
  for (const [name, code, reason] of known) {
    it(`named ${name} asks the caller to come again`, async () => {
      const { refusal } = await answerTo(named(name));
      expect(refusal).to.include({ code, reason, retryDelayMs: 250 });
      expect(refusal.message).to.not.contain("secret");
    });
  }

  it("of any size fits into the trailer, cut where it must be", async () => {
    const many = <T>(count: number, make: (index: number) => T) =>
      Array.from({ length: count }, (_, i) => make(i));
    const { refusal } = await answerTo(
      new Refusal(Status.INVALID_ARGUMENT, ErrorReason.OUT_OF_STOCK, "ü😀".repeat(100_000), {
        metadata: Object.fromEntries(
          many(1_000, (i) => [`item-${i}-${"x".repeat(50)}`, "ü".repeat(900)]),
        ),
        violations: many(1_000, (i) => ({ field: `lines[${i}]`, description: "😀".repeat(900) })),
      }),
    );
    expect(refusal).to.include({ code: Status.INVALID_ARGUMENT, reason: ErrorReason.OUT_OF_STOCK });
    expect(refusal.message).to.have.length.above(100);
    expect(refusal.violations[0]?.field).to.equal("lines[0]");
    expect(Object.keys(refusal.metadata)[0]).to.equal(`item-0-${"x".repeat(50)}`);
  });

  it("keeps the facts of a hundred short lines", async () => {
    const facts = Array.from({ length: 100 }, (_, i) => [`${i}`.padStart(64, "i"), "10000/9999"]);
    const thrown = refuse.failedPrecondition(
      ErrorReason.OUT_OF_STOCK,
      "short",
      Object.fromEntries(facts),
    );
    expect((await answerTo(thrown)).refusal.metadata).to.deep.equal(thrown.metadata);
  });

  it("of a text that is no text does not break the answer", async () => {
    const { refusal } = await answerTo(refuse.invalidField("name", "\ud800 half a pair"));
    expect(refusal.code).to.equal(Status.INVALID_ARGUMENT);
  });

  it("for an RPC that is not implemented is UNIMPLEMENTED", async () => {
    await using server = await serve({});
    await using client = clientOf(server.address);
    const { code } = await refusalFrom(client.listStatuses({}));
    expect(code).to.equal(Status.UNIMPLEMENTED);
  });

  it("in the middle of a stream arrives after what came before", async () => {
    const watchStatuses: Handlers["watchStatuses"] = async function* () {
      yield { position: "1" };
      throw refuse.outOfRange(ErrorReason.POSITION_GONE, "gone");
    };
    await using server = await serve({ watchStatuses });
    await using client = clientOf(server.address);
    const positions: string[] = [];
    const watching = (async () => {
      for await (const { position } of client.watchStatuses({})) positions.push(position);
    })();
    expect((await refusalFrom(watching)).reason).to.equal(ErrorReason.POSITION_GONE);
    expect(positions).to.deep.equal(["1"]);
  });
});

describe("a message above the limit", () => {
  const big = "x".repeat(3_000);
  const limit = { maxMessageBytes: 2_000 };

  it("is refused as RESOURCE_EXHAUSTED when it arrives", async () => {
    await using server = await serve({ getStatus: async () => ({}) }, limit);
    await using client = clientOf(server.address);
    const { code, message } = await refusalFrom(client.getStatus({ orderId: big }));
    expect(code).to.equal(Status.RESOURCE_EXHAUSTED);
    expect(message).to.match(/larger than max .*2000/);
  });

  it("is refused as RESOURCE_EXHAUSTED when it is to be answered", async () => {
    const getStatus: Handlers["getStatus"] = async () => ({ status: { reason: big } });
    await using server = await serve({ getStatus }, limit);
    await using client = clientOf(server.address);
    const { code, message } = await refusalFrom(client.getStatus({}));
    expect(code).to.equal(Status.RESOURCE_EXHAUSTED);
    expect(message).to.match(/larger than max .*2000/);
  });

  it("is 4 MiB by default: below it passes, above it does not leave", async () => {
    const getStatus: Handlers["getStatus"] = async ({ orderId }) => ({ status: { orderId } });
    await using server = await serve({ getStatus });
    await using client = clientOf(server.address);
    const mebibytes = (count: number) => "x".repeat(count * 1024 * 1024 - 100);
    const { status } = await client.getStatus({ orderId: mebibytes(4) });
    expect(status?.orderId).to.have.length(4 * 1024 * 1024 - 100);
    const { code } = await refusalFrom(client.getStatus({ orderId: mebibytes(5) }));
    expect(code).to.equal(Status.RESOURCE_EXHAUSTED);
  });
});
