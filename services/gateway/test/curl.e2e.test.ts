import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Stack, startStack } from "@waybill/stack";
import { expect } from "chai";

const run = promisify(execFile);

/** The page that people follow. */
const page = readFileSync(join(import.meta.dirname, "../../../docs/http.md"), "utf8");

const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);

/** What the page says is answered: comments with JSON, up to the dots. */
const promised = [...page.matchAll(/^# (\{"[^…\n]*)/gm)].map(([, text = ""]) => text);

describe("the whole stack by curl alone", () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      portBase: "free",
      ephemeral: true,
      administrator: true,
      // What the door does under load is tested elsewhere; a busy machine should not shed here.
      env: { CANCELLATION_WINDOW: "3s", MAX_EVENT_LOOP_DELAY: "0" },
    });
  });
  after(() => stack?.stop());

  it("answers what docs/http.md says, from registering to the notification", async () => {
    const script = blocks
      .join("\n")
      .replace("door=http://127.0.0.1:8080", `door=http://${stack.address("gateway")}`)
      .replace(/^printf .*read -r password$/m, `password=${stack.administrator?.password}`);
    expect(script).to.include("password=").and.not.to.include("read -r");
    const { stdout, stderr } = await run("bash", ["-u", "-c", script], { timeout: 50_000 });
    expect(stderr).to.equal("");
    expect(promised).to.have.length.at.least(5);
    for (const answer of promised) expect(stdout).to.include(answer);
    for (const status of ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"])
      expect(stdout).to.include(`"status":"${status}","actor"`);
    expect(stdout).to.include('"subject":"Your order carols-kettle is delivered"');
    expect(stdout).to.include('"orderId":"not-so-sure","userId":"carol","status":"CANCELLED"');
    expect(stdout).to.match(/"orderId":"carols-kettle".*"amount":3490.*"state":"CONFIRMED"/);
  });
});
