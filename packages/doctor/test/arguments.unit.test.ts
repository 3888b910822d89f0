import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { help, readArguments } from "../src/cli/arguments.ts";
import { examined } from "../src/look/databases.ts";

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

  it("takes each database by its name, all of them", () => {
    const urls = Object.fromEntries(
      examined.map((name) => [name, `postgres://${name}-rw:5432/waybill?sslmode=require`]),
    );
    const given = Object.entries(urls).flatMap(([name, url]) => [
      "--database-url",
      `${name}=${url}`,
    ]);
    expect(read(...given)?.databaseUrl).to.deep.equal(urls);
    expect(() => read(...given.slice(2))).to.throw(UsageError, "there is none for order");
    for (const wrong of ["ordr=postgres://x:5432", "postgres://x:5432", "order=x"])
      expect(() => read("--database-url", wrong, ...given), wrong).to.throw(UsageError);
  });

  it("repairs only a stack of this machine, and for people", () => {
    expect(read("--help")).to.equal(undefined);
    expect(help).to.include("--repair");
    for (const other of [["--json"], ["--database-url", "postgres://named:5432"]])
      expect(() => read("--repair", ...other)).to.throw(UsageError, "--repair");
  });
});
