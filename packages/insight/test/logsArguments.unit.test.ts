import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readArguments } from "../src/logs/arguments.ts";

describe("the command line of npm run logs", () => {
  it("asks for everything, unless it says otherwise", () => {
    expect(readArguments([])).to.deep.include({
      services: [],
      orderId: undefined,
      level: "trace",
      sinceMs: undefined,
      follow: false,
    });
    expect(readArguments(["--help"])).to.equal(undefined);
  });

  it("names services, replicas, an order, a level and a time", () => {
    const args = ["order", "item.2", "--order", "o-1", "--level", "warn", "--since", "10m", "-f"];
    expect(readArguments(args)).to.deep.include({
      services: ["order", "item.2"],
      orderId: "o-1",
      level: "warn",
      sinceMs: 600_000,
      follow: true,
    });
  });

  const mistakes = {
    orders: '"orders" is no service: there are order, status,',
    "order.two": '"order.two" is no service',
    "order.2.2": '"order.2.2" is no service',
    "--order=o 1": '--order: "o 1" is none: they have 1 to 64 letters',
    "--level=loud": '--level: "loud" is not one of trace, debug, info, warn, error, fatal',
    "--since=10": '--since: "10" is not a duration such as',
    "--colour": "--colour",
  };
  for (const [argument, message] of Object.entries(mistakes))
    it(`is not understood with "${argument}"`, () => {
      expect(() => readArguments([argument])).to.throw(UsageError, message);
    });
});
