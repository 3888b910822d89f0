import { createLogger } from "@waybill/chassis";
import { expect } from "chai";
import { Shutdown } from "../src/shutdown.ts";

const lines: string[] = [];
const logger = createLogger(
  "test",
  { level: "info", format: "json" },
  { write: (line) => void lines.push(line) },
);

describe("an orderly shutdown", () => {
  it("ends intake with the server, then drains the last first, then closes connections", async () => {
    const shutdown = new Shutdown(logger);
    const steps: string[] = [];
    const step = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
    };
    shutdown.add("databases", "db", step("db"));
    shutdown.add("messaging", "messaging", step("messaging"));
    shutdown.add("work", "inner point", step("inner point"));
    shutdown.add("work", "outer point", step("outer point"));
    shutdown.add("clients", "client", step("client"));
    shutdown.add("intake", "consumer", step("consumer"));
    shutdown.add("server", "server", step("server"));
    await shutdown.run();
    expect(steps).to.deep.equal([
      "server begins",
      "consumer begins",
      "server ends",
      "consumer ends",
      "outer point begins",
      "outer point ends",
      "inner point begins",
      "inner point ends",
      "client begins",
      "client ends",
      "messaging begins",
      "messaging ends",
      "db begins",
      "db ends",
    ]);
  });

  it("goes on when something does not close, and tells what", async () => {
    const shutdown = new Shutdown(logger);
    let closed = false;
    shutdown.add("clients", "the client of status", () => {
      throw new Error("stuck");
    });
    shutdown.add("databases", "the database", () => {
      closed = true;
    });
    await shutdown.run();
    expect(closed).to.be.true;
    expect(lines.at(-1)).to.include("the client of status did not close properly");
  });

  it("closes everything once, also when asked twice", async () => {
    const shutdown = new Shutdown(logger);
    let closed = 0;
    shutdown.add("work", "point", () => {
      closed += 1;
    });
    await Promise.all([shutdown.run(), shutdown.run()]);
    expect(closed).to.equal(1);
  });
});
