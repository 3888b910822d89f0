import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { help, readArguments } from "../src/cli/arguments.ts";

const env = { DATABASE_URL: "postgres://env:5432", NATS_URL: "nats://env:4222" };
const read = (...args: string[]) => readArguments(args, env);
const nowhere = { databaseUrl: undefined, natsUrl: undefined };

describe("the command line of the doctor", () => {
  it("takes the servers of the environment when nothing else is named", () => {
    expect(read()).to.include({ databaseUrl: env.DATABASE_URL, natsUrl: env.NATS_URL });
    const databaseUrl = "postgres://named:5432";
    expect(read("--database-url", databaseUrl)).to.include({ databaseUrl });
  });

  it("looks into the folder that is named, and into the stack that is repaired", () => {
    expect(read("--data-dir", "/tmp/other")).to.include({ dataDir: "/tmp/other", ...nowhere });
    expect(read("--repair")).to.include({ repair: true, ...nowhere });
  });

  it("repairs only a stack of this machine, and for people", () => {
    expect(read("--help")).to.equal(undefined);
    expect(help).to.include("--repair");
    for (const other of [["--json"], ["--database-url", "postgres://named:5432"]])
      expect(() => read("--repair", ...other)).to.throw(UsageError, "--repair");
  });
});
