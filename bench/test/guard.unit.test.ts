import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { compare, comparisonTable, verdict } from "../src/guard/comparison.ts";
import { readGuardOptions } from "../src/guard/guardOptions.ts";
import { leastOf, measuresOf } from "../src/guard/measures.ts";

const nothing = {
  statements: 0,
  commits: 0,
  walBytes: 0,
  messagesIn: 0,
  messagesOut: 0,
  messageBytes: 0,
  events: 0,
  deliveries: 0,
  counted: [],
};
const statements = (of: string, count: number) => ({
  metric: "statements",
  of,
  count,
  sum: count,
});
const batches = (of: string, count: number, sum: number) => ({
  metric: "waybill_batch_size",
  of,
  count,
  sum,
});

describe("what orders cost", () => {
  const idle = {
    seconds: 10,
    costs: { ...nothing, statements: 100, counted: [statements("status", 100)] },
  };
  const counted = [
    statements("status", 220),
    statements("user", 1),
    batches("status.commands", 30, 600),
    batches("consume status", 10, 100),
    batches("user.read", 2, 10),
  ];
  const round = {
    seconds: 2,
    costs: { ...nothing, statements: 440, commits: 84, events: 500, counted },
  };
  const measures = measuresOf(round, idle, 100);

  it("is told without what services do without orders", () => {
    expect(measures["statements per batch"]).to.equal((440 - 20) / 42);
    expect(measures["statements of status per batch"]).to.equal((220 - 20) / 40);
  });

  it("is told per batch or per order, so that the size of batches does not matter", () => {
    expect(measures).to.include({
      "commits per batch": 2,
      "messages stored per order": 5,
      "elements of status.commands per order": 6,
      "elements of consume status per order": 1,
    });
  });

  it("leaves out what is too little to be told from chance", () => {
    expect(measures).not.to.have.any.keys(
      "elements of user.read per order",
      "statements of user per batch",
    );
  });

  it("is the least of several rounds", () => {
    expect(leastOf([{ a: 2, b: 5 }, { a: 3 }])).to.deep.equal({ a: 2, b: 0 });
  });
});

describe("the comparison with what was recorded", () => {
  const compared = compare({ a: 10, b: 10, gone: 1 }, { a: 10.9, b: 11.1, fresh: 1 });
  const grown = compared.filter(({ hasGrown }) => hasGrown).map(({ name }) => name);

  it("finds what has grown by more than a tenth, and what is new", () => {
    expect(grown).to.deep.equal(["b", "fresh"]);
  });

  it("lets what depends on the size of batches grow by half", () => {
    const of = (now: number) => compare({ "commits per order": 1 }, { "commits per order": now });
    expect([...of(1.4), ...of(1.6)].map(({ hasGrown }) => hasGrown)).to.deep.equal([false, true]);
  });

  it("is told as a table, with a verdict", () => {
    const text = comparisonTable(compared);
    for (const part of ["✔ a", "✘ b", "+11.0 %", "new", "-100.0 %"]) expect(text).to.include(part);
    expect(verdict(compared)).to.include("2 of 4 have grown");
    expect(verdict(compare({ a: 1 }, { a: 1 }))).to.include("Nothing has grown");
  });
});

describe("the guard's options", () => {
  it("have standards, and are refused when they make no sense", () => {
    expect(readGuardOptions([])).to.include({ rounds: 3, orders: 2_000, isRecording: false });
    expect(readGuardOptions(["--help"])).to.equal(undefined);
    expect(() => readGuardOptions(["--rounds", "0"])).to.throw(UsageError);
  });
});
