import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Stack, startStack, testFolder } from "@waybill/stack";
import { expect } from "chai";

const cli = join(import.meta.dirname, "../src/cli.ts");

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; answers its exit code and output. */
async function demo(...args: string[]): Promise<Outcome> {
  const options = { env: { PATH: process.env.PATH } };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [cli, ...args], options)) };
  } catch (error) {
    return error as Outcome;
  }
}

it("the demo says what to do when there is no stack", async () => {
  const { code, stderr } = await demo("--data-dir", testFolder("nothing"));
  expect(code).to.equal(1);
  expect(stderr).to.include("npm start");
});

describe("the demo, on a stack of its own", () => {
  let stack: Stack;

  before(async () => {
    stack = await startStack({
      dataDir: testFolder("demo"),
      portBase: "free",
      postgres: { fsync: false },
      env: { CANCELLATION_WINDOW: "1s" },
    });
  });

  after(async () => {
    await stack.stop();
  });

  it("plays its story, and again", async () => {
    for (let times = 0; times < 2; times++) {
      const { code, stdout } = await demo("--data-dir", stack.dataDir);
      expect(code, stdout).to.equal(0);
      expect(stdout).to.match(
        /PENDING .*\n.*CONFIRMED .*\n.*PROCESSING .*\n.*SHIPPED .*\n.*DELIVERED/,
      );
      expect(stdout).to.include("by workflow: PAYMENT_DECLINED");
      expect(stdout).to.include("OUT_OF_STOCK");
      expect(stdout).to.include("by customer demo-ada: CHANGED_MY_MIND");
      expect(stdout).to.include("one order").and.include("CONTENT_MISMATCH");
      expect(stdout).to.include("Try next");
    }
  });

  it("places many while services are killed, and the doctor is content", async () => {
    const placing = demo("--data-dir", stack.dataDir, "--orders", "200", "--concurrency", "8");
    for (const service of ["order", "workflow"] as const) {
      await stack.kill(service, "SIGKILL");
      await stack.untilReady(service);
    }
    const { code, stdout } = await placing;
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/accepted +200 /);
    expect(stdout).to.include("✔ All six promises are kept.");
  }).timeout(180_000);
});
