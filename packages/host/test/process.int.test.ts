import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createLogger } from "@waybill/chassis";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { createClient } from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import { expect } from "chai";

const preload = fileURLToPath(import.meta.resolve("@waybill/chassis/telemetry"));
const main = fileURLToPath(new URL("./fixtures/sampleMain.ts", import.meta.url));

interface Line {
  readonly msg: string;
  readonly level: string;
  readonly address?: string;
  readonly error?: { readonly message: string };
}

/** A service process under test. */
class SampleProcess implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  errors = "";

  constructor(mode: string, env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, ["--import", preload, main], {
      env: {
        PATH: process.env.PATH,
        MODE: mode,
        PORT: "0",
        AUTHENTICATION: "off",
        DATABASE_URL: "postgresql://127.0.0.1:1/none",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error("no pipes");
    createInterface(stdout).on("line", (line) => this.lines.push(JSON.parse(line)));
    stderr.on("data", (text) => {
      this.errors += text;
    });
    this.exited = once(this.#child, "close").then(([code, signal]) => ({ code, signal }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get messages(): readonly string[] {
    return this.lines.map(({ msg }) => msg);
  }

  /** The first line that begins like this; rejects when none comes within 20 s. */
  async line(beginning: string): Promise<Line> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const line = this.lines.find(({ msg }) => msg.startsWith(beginning));
      if (line !== undefined) return line;
      if (performance.now() > deadline) {
        throw new Error(`no "${beginning}" in ${JSON.stringify(this.messages)} ${this.errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }
}

const ended = { code: 0, signal: null };
const failed = { code: 1, signal: null };

describe("a service process", function () {
  this.timeout(40_000);

  it("tells its address once it is ready, finishes calls in flight on SIGTERM, exits with 0", async () => {
    await using sample = new SampleProcess("plain");
    const { address = "" } = await sample.line("ready on");
    const logger = createLogger("test", { level: "silent", format: "json" });
    await using client = createClient(StatusServiceDefinition, {
      callee: "status",
      address,
      logger,
    });
    const call = client.getStatus({ orderId: "o1" });
    await sample.line("call begins");
    sample.signal("SIGTERM");
    await call;
    expect(await sample.exited).to.deep.equal(ended);
    expect(sample.messages.filter((message) => message.startsWith("ready on"))).to.have.length(1);
    expect(sample.messages.slice(sample.messages.indexOf("call begins"))).to.deep.equal([
      "call begins",
      "stopping",
      "told to stop",
      "call ends",
      "drained second point",
      "drained first point",
      "stopped",
      "main ends",
    ]);
    expect(sample.errors).to.equal("");
  });

  it("opens its database and its messaging, and closes them again", async () => {
    const servers = await testServers();
    await using sample = new SampleProcess("connected", {
      DATABASE_URL: await servers.databaseUrl("host"),
      NATS_URL: servers.natsUrl,
    });
    await sample.line("ready on");
    sample.signal("SIGINT");
    expect(await sample.exited).to.deep.equal(ended);
    const wrong = sample.lines.filter(({ level }) => level !== "info");
    expect(wrong.map(({ msg }) => msg)).to.deep.equal([
      "AUTHENTICATION is off: every caller may do everything",
    ]);
  });

  it("stops while it still waits for PostgreSQL, too", async () => {
    await using sample = new SampleProcess("waiting for PostgreSQL");
    await sample.line("waiting for PostgreSQL");
    sample.signal("SIGTERM");
    expect(await sample.exited).to.deep.equal(ended);
  });

  it("exits with 1, saying so, when it cannot stop in time", async () => {
    await using sample = new SampleProcess("stuck", { SHUTDOWN_WITHIN: "200ms" });
    await sample.line("ready on");
    sample.signal("SIGTERM");
    expect(await sample.exited).to.deep.equal(failed);
    expect(sample.lines.at(-1)?.msg).to.equal("did not stop in time, exiting with code 1");
  });

  it("exits at once when asked a second time", async () => {
    await using sample = new SampleProcess("stuck");
    await sample.line("ready on");
    sample.signal("SIGTERM");
    await sample.line("stopping");
    const again = setInterval(() => sample.signal("SIGTERM"), 100);
    const startedAt = performance.now();
    expect(await sample.exited).to.deep.equal(failed);
    clearInterval(again);
    expect(performance.now() - startedAt).to.be.below(5_000);
    expect(sample.lines.at(-1)?.msg).to.equal("asked to stop again, exiting at once");
  });

  for (const [mode, message] of [
    ["rejecting", "forgotten"],
    ["throwing", "unexpected"],
    ["failing start", "no way to start"],
  ] as const) {
    it(`exits with 1, saying why, when it is ${mode}`, async () => {
      await using sample = new SampleProcess(mode);
      expect(await sample.exited).to.deep.equal(failed);
      const line = await sample.line("crashed");
      expect(line.level).to.equal("fatal");
      expect(line.error?.message).to.equal(message);
    });
  }

  it("survives a loop that fails, and logs it", async () => {
    await using sample = new SampleProcess("failing loop");
    const line = await sample.line("the loop failed");
    expect(line.error?.message).to.equal("out of luck");
    await sample.line("ready on");
    sample.signal("SIGTERM");
    expect(await sample.exited).to.deep.equal(ended);
  });

  it("does not start when nobody's tokens are trusted, unless told so", async () => {
    await using sample = new SampleProcess("plain", { AUTHENTICATION: "on" });
    expect(await sample.exited).to.deep.equal(failed);
    expect(sample.errors).to.include("TRUSTED_ISSUERS is not set; expected whose tokens");
  });

  it("lists every problem of its configuration", async () => {
    await using sample = new SampleProcess("plain", { PORT: "-1", LOG_LEVEL: "loud" });
    expect(await sample.exited).to.deep.equal(failed);
    expect(sample.errors)
      .to.include("the configuration has 2 problems:\n  PORT")
      .and.to.include("\n  LOG_LEVEL");
  });
});
