import { expect } from "chai";
import { readEntry } from "../src/logs/entry.ts";
import { lineOf } from "../src/logs/line.ts";

const time = "2026-11-26T19:05:49.186Z";
const entry = { level: "warn", time, service: "order", msg: "waiting for NATS" };
const traceId = "0af7651916cd43dd8448eb211c80319c";

const shown = (fields: object, isColoured = false): string =>
  lineOf(readEntry("order.2", JSON.stringify({ ...entry, ...fields }), 0), isColoured);

describe("npm run logs shows an entry", () => {
  it("on one line: time, process, level, message, what it is about, and its trace shortened", () => {
    const about = { orderId: "o-1", tries: 3, why: "no answer", of: { port: 1 } };
    const ids = { trace_id: traceId, span_id: "00f067aa0ba902b7" };
    expect(shown({ ...about, ...ids })).to.match(
      /^11-2[67] \d\d:\d5:49\.186 order\.2 {6}WARN {2}waiting for NATS orderId=o-1 tries=3 why="no answer" of=\{"port":1\} trace 0af76519$/,
    );
  });

  it("at the time of this machine's zone", () => {
    const date = new Date(time);
    const [hours, minutes] = [date.getHours(), date.getMinutes()].map((n) =>
      `${n}`.padStart(2, "0"),
    );
    expect(shown({})).to.include(` ${hours}:${minutes}:49.186 `);
  });

  it("with the stacks of errors below it, of their parts, too, and what else they tell beside the message", () => {
    const inner = { type: "Error", message: "inner", stack: "Error: inner\n    at b.ts:2:2" };
    const error = {
      type: "AggregateError",
      message: "boom",
      stack: "AggregateError: boom\n    at a.ts:1:1",
      code: "E_BOOM",
      aggregateErrors: [inner],
    };
    expect(
      shown({ error })
        .split("\n")
        .map((line, index) => (index === 0 ? line.slice(-40) : line)),
    ).to.deep.equal([
      "WARN  waiting for NATS error.code=E_BOOM",
      "    AggregateError: boom",
      "        at a.ts:1:1",
      "        Error: inner",
      "            at b.ts:2:2",
    ]);
  });

  it("in colour only where it is told to", () => {
    expect(shown({})).not.to.include("\x1b");
    expect(shown({}, true)).to.include("\x1b[33mWARN \x1b[39m");
  });

  it("without obeying what is in it", () => {
    const evil = "\x1b[2J\x9b31m\x07";
    const error = { type: "Error", message: evil, stack: `Error: ${evil}` };
    const text = shown({ msg: `a\n${evil}`, name: evil, error });
    for (const control of ["\x1b", "\x9b", "\x07"]) expect(text).not.to.include(control);
    expect(text.split("\n")[0]).to.include("a \\x1b[2J\\x9b31m\\x07");
    expect(lineOf(readEntry("order", evil, 0), true)).to.equal("\\x1b[2J\\x9b31m\\x07");
  });

  const strange = [
    "Error: Cannot find module",
    "    at file:///main.ts:1:1",
    '{"level":"info","time":"2026-11-26T19:0',
    '{"level":"info","msg":"no time"}',
    '{"level":"info","time":"soon","msg":"no time"}',
    '{"level":30,"time":"2026-11-26T19:05:49.186Z"}',
    "[]",
    "",
  ];
  for (const line of strange)
    it(`or the line as it is, when it is none: ${line}`, () => {
      expect(lineOf(readEntry("order", line, 7), true)).to.equal(line);
      expect(readEntry("order", line, 7).at).to.equal(7);
    });
});
