import { inspect } from "node:util";
import { expect } from "chai";
import { z } from "zod";
import {
  baseConfig,
  ConfigError,
  envAddress,
  envBoolean,
  envChoice,
  envDuration,
  envInteger,
  envText,
  envUrl,
  loadConfig,
} from "../src/index.ts";

function problemsOf(shape: z.ZodRawShape, env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(shape, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ variable, found, expected }) => `${variable} ${found}; expected ${expected}`,
    );
  }
}

const isUsable = (schema: z.ZodType) => (text: string) =>
  problemsOf({ VALUE: schema }, { VALUE: text }).length === 0;

describe("loadConfig", () => {
  it("tells all problems at once: the variable, what it is, what is expected", () => {
    const shape = { ...baseConfig, WINDOW: envDuration(5_000), WORKERS: envInteger({ max: 8 }) };
    const env = { LOG_LEVEL: "loud", PORT: "70000", WINDOW: "5 s", NATS_URL: "nats" };
    expect(problemsOf(shape, env)).to.deep.equal([
      'PORT is "70000"; expected a whole number from 0 to 65535',
      'LOG_LEVEL is "loud"; expected one of trace, debug, info, warn, error, fatal, silent',
      "DATABASE_URL is not set; expected a URL such as nats://127.0.0.1:4222",
      'NATS_URL is "nats"; expected a URL such as nats://127.0.0.1:4222',
      'WINDOW is "5 s"; expected a duration such as 500ms, 5s, 2m or 24h, from 0 ms to 2073600000 ms',
      "WORKERS is not set; expected a whole number from 0 to 8",
    ]);
    expect(() => loadConfig(shape, env)).to.throw(
      ConfigError,
      /^the configuration has 6 problems:/,
    );
  });

  it("fills in the defaults, and ignores variables it does not know", () => {
    const env = { PORT: "50051", DATABASE_URL: "postgresql://h/waybill_order", OTHER: "x" };
    expect(loadConfig(baseConfig, env)).to.deep.equal({
      HOST: "127.0.0.1",
      PORT: 50_051,
      LOG_LEVEL: "info",
      LOG_FORMAT: "json",
      DATABASE_URL: "postgresql://h/waybill_order",
      DATABASE_POOL_SIZE: 16,
      METRICS_PORT: 0,
      MIGRATIONS: "apply",
      NATS_URL: "nats://127.0.0.1:4222",
      NATS_TLS_FOLDER: "",
      STREAM_REPLICAS: 1,
      MAX_CONNECTION_AGE: 0,
      AUTHENTICATION: "on",
      TRUSTED_ISSUERS: "",
      SERVICE_TOKEN_FILE: "",
    });
  });

  it("takes an empty or blank variable for one that is not set", () => {
    const shape = { A: envText("a"), B: envInteger() };
    expect(problemsOf(shape, { A: " ", B: "" })).to.deep.equal([
      "B is not set; expected a whole number from 0",
    ]);
  });

  it("is told once where nobody catches it, not again as a list", () => {
    const error = new ConfigError([{ variable: "PORT", found: 'is "x"', expected: "a port" }]);
    expect(inspect(error).split("\n")).to.deep.equal([
      "[ConfigError: the configuration has a problem:",
      '  PORT is "x"; expected a port]',
    ]);
  });

  it("never shows a secret", () => {
    const shape = { PROVIDER_TOKEN: envInteger(), DATABASE_URL: envChoice(["x"]) };
    const env = { PROVIDER_TOKEN: "s3cret", DATABASE_URL: "postgresql://me:s3cret@host/db" };
    const problems = problemsOf(shape, env);
    expect(problems).to.have.length(2);
    expect(problems.join()).not.to.include("s3cret");
    expect(problems.join()).to.include("postgresql://***@host/db");
  });

  it("shows no password that was not escaped, which is why the URL cannot be used", () => {
    const passwords = ["s3/cret", "s3 cret", "s3?cret", "s3#cret", "s3@cret", "s3\ncret"];
    const urls = passwords.flatMap((one) => [
      `nats://me:${one}@db:5432/w x`,
      `me:${one}@db:5432/w x`,
    ]);
    const shown = urls.map((NATS_URL) => problemsOf({ NATS_URL: envUrl() }, { NATS_URL }).join());
    for (const text of shown) {
      expect(text).to.match(/^NATS_URL is "(nats:\/\/)?\*\*\*@db:5432\/w x"; expected a URL/);
    }
  });

  it("takes schemas of zod's own too", () => {
    expect(problemsOf({ MODE: z.enum(["defer", "reject"]) }, { MODE: "drop" })).to.deep.equal([
      'MODE is "drop"; expected one of "defer"|"reject"',
    ]);
  });
});

describe("a variable's value", () => {
  it("can be a duration with a unit, or in ms", () => {
    const read = (text: string) => loadConfig({ VALUE: envDuration(1) }, { VALUE: text }).VALUE;
    expect(["500ms", "5s", "2m", "24h", "250", "0"].map(read)).to.deep.equal([
      500, 5_000, 120_000, 86_400_000, 250, 0,
    ]);
    const wrong = [
      "5 s",
      "-5s",
      "1.5s",
      "5sec",
      "s",
      "1e3",
      "25d",
      "577h",
      "99999999999999999999s",
    ];
    expect(wrong.filter(isUsable(envDuration(1)))).to.deep.equal([]);
    expect(isUsable(envDuration(1, { maxMs: 2 ** 40 }))("577h")).to.be.true;
    expect(isUsable(envDuration(1, { minMs: 10 }))("9")).to.be.false;
  });

  it("can be a whole number within bounds", () => {
    const isOk = isUsable(envInteger({ min: -1, max: 10 }));
    expect(["-1", "0", "10"].filter(isOk)).to.deep.equal(["-1", "0", "10"]);
    expect(["-2", "11", "1.0", "0x1", "1e1", "ten"].filter(isOk)).to.deep.equal([]);
  });

  it("can be yes or no", () => {
    const read = (text: string) => loadConfig({ VALUE: envBoolean() }, { VALUE: text }).VALUE;
    expect(["true", "ON", "1", "false", "no", "0"].map(read)).to.deep.equal([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(isUsable(envBoolean(true))("maybe")).to.be.false;
    expect(loadConfig({ VALUE: envBoolean(false) }, {}).VALUE).to.be.false;
  });

  it("can be a URL, or several", () => {
    const right = ["nats://a:4222,nats://b:4222", "postgresql://u:p@h:1/d", "http://[::1]:4318"];
    expect(right.filter(isUsable(envUrl()))).to.deep.equal(right);
    expect(["127.0.0.1:4222", "nats:", "http://a b"].filter(isUsable(envUrl()))).to.deep.equal([]);
  });

  it("can be an address", () => {
    const right = ["127.0.0.1:50052", "status:50052", "status.waybill.svc:1", "[::1]:50052"];
    expect(right.filter(isUsable(envAddress()))).to.deep.equal(right);
    const wrong = ["status", ":50052", "status:0", "status:70000", "http://status:1"];
    expect(wrong.filter(isUsable(envAddress()))).to.deep.equal([]);
  });
});
