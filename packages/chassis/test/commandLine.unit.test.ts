import { expect } from "chai";
import {
  databaseUrl,
  flagOption,
  helpOption,
  natsUrl,
  noArguments,
  parseOptions,
  readChoice,
  readDuration,
  readNumber,
  readUrl,
  readWhole,
  textOption,
  UsageError,
} from "../src/commandLine.ts";

describe("a command line", () => {
  const read = (...args: string[]) =>
    parseOptions(args, { seed: textOption, loud: flagOption, help: helpOption });

  it("is read by the names of its options", () => {
    expect({ ...read("--seed", "7", "--loud", "-h") }).to.deep.equal({
      seed: "7",
      loud: true,
      help: true,
    });
  });

  for (const args of [["--sed", "7"], ["--seed"], ["--loud=1"], ["more"]]) {
    it(`${args.join(" ")} is refused`, () => {
      expect(() => read(...args)).to.throw(UsageError);
    });
  }

  it("of a tool without options may only ask for help", () => {
    expect(noArguments([])).to.deep.equal({});
    expect(noArguments(["--help"])).to.equal(undefined);
    expect(() => noArguments(["--loud"])).to.throw(UsageError);
  });

  it("gives whole numbers, both limits included", () => {
    expect([readWhole("--n", "1", 1, 9), readWhole("--n", "9", 1, 9)]).to.deep.equal([1, 9]);
  });

  it("gives numbers with a fraction, both limits included", () => {
    expect([readNumber("--m", "0.5", 0.5, 9), readNumber("--m", "9", 0.5, 9)]).to.deep.equal([
      0.5, 9,
    ]);
  });

  for (const text of ["0", "10", "1.5", "-1", "1e0", "", " 2", "two", "0x2"]) {
    it(`"${text}" is no whole number from 1 to 9, and the message names the flag`, () => {
      expect(() => readWhole("--n", text, 1, 9)).to.throw(
        UsageError,
        `--n: "${text}" is not a whole number from 1 to 9`,
      );
    });
  }

  it("gives one of the words that there are", () => {
    expect(readChoice("--level", "warn", ["info", "warn"])).to.equal("warn");
    expect(() => readChoice("--level", "loud", ["info", "warn"])).to.throw(
      UsageError,
      '--level: "loud" is not one of info, warn',
    );
  });

  it("refuses an option that is empty", () => {
    for (const args of [["--folder", ""], ["--folder="]])
      expect(() => parseOptions(args, { folder: textOption })).to.throw(
        UsageError,
        "--folder is empty",
      );
  });

  it("gives the URL of one server or several, none when it is empty", () => {
    const server = "postgres://u:p@h:5432/db";
    const cluster = "nats://a:4222,tls://b:4222";
    expect(readUrl("--url", server, databaseUrl)).to.equal(server);
    expect(readUrl("--url", cluster, natsUrl)).to.equal(cluster);
    for (const none of ["", undefined]) expect(readUrl("--url", none, natsUrl)).to.equal(undefined);
  });

  for (const text of [
    "localhost",
    "nats://",
    "nats://a,b",
    "nats://a,",
    "postgres://a",
    "natsx://a",
  ]) {
    it(`"${text}" is no URL of NATS, and the message names the flag but not the URL`, () => {
      expect(() => readUrl("--url", text, natsUrl)).to.throw(
        UsageError,
        /^--url: not a URL such as nats:/,
      );
    });
  }

  for (const text of ["0.4", "9.1", ".5", "1.", "", "NaN", "Infinity"]) {
    it(`"${text}" is no number from 0.5 to 9`, () => {
      expect(() => readNumber("--m", text, 0.5, 9)).to.throw(UsageError, "--m");
    });
  }

  it("gives durations in ms", () => {
    const durations = ["0ms", "30s", "10m", "24h"].map((text) => readDuration("--since", text));
    expect(durations).to.deep.equal([0, 30_000, 600_000, 86_400_000]);
  });

  for (const text of ["10", "1.5m", "-1m", "m", "", "10 m", "10d", "ten"]) {
    it(`"${text}" is no duration, and the message names the flag`, () => {
      expect(() => readDuration("--since", text)).to.throw(
        UsageError,
        `--since: "${text}" is not a duration such as 500ms, 30s, 10m or 24h`,
      );
    });
  }
});
