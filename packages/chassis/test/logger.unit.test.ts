import { context } from "@opentelemetry/api";
import { expect } from "chai";
import { contextOf, createLogger } from "../src/index.ts";
import { plainContextManager } from "../src/telemetry/plainContext.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("the log", () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    "order",
    { level: "info", format: "json" },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  beforeEach(() => {
    lines.length = 0;
  });

  it("has the service, the level and the time in words on each line", () => {
    logger.info({ orders: 3 }, "placed");
    logger.debug("not written");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ service: "order", level: "info", orders: 3, msg: "placed" });
    expect(String(lines[0]?.time)).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(lines[0]).not.to.have.any.keys("trace_id", "pid", "hostname");
  });

  it("has the ids of the active span", () => {
    context.disable();
    context.setGlobalContextManager(plainContextManager());
    try {
      context.with(contextOf(`00-${traceId}-${spanId}-00`), () => logger.info("traced"));
    } finally {
      context.disable();
    }
    expect(lines[0]).to.include({ trace_id: traceId, span_id: spanId });
  });

  it("hides secrets, also within what is logged as a whole", () => {
    const login = { email: "a@b.c", password: "hunter2", clientAddress: "127.0.0.1" };
    logger.warn({ token: "abc", login }, "refused");
    expect(lines[0]).to.deep.include({
      token: "***",
      login: { email: "***", password: "***", clientAddress: "127.0.0.1" },
    });
  });

  it("has errors with their stack and cause", () => {
    logger.error({ error: new Error("outer", { cause: new Error("inner") }) }, "failed");
    const error = lines[0]?.error as { message: string; stack: string };
    expect(error.message).to.equal("outer: inner");
    expect(error.stack).to.include("caused by: Error: inner");
  });
});
