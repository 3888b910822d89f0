import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startStack, testFolder, testServers } from "@waybill/stack";
import { expect } from "chai";
import { connect } from "nats";
import { Disk } from "../src/disk.ts";

const sizeMib = 32;
const message = new Uint8Array(100_000);

describe("a small disk", () => {
  it("leaves its content behind when that is to be kept", function () {
    const folder = join(testFolder("disk"), "kept");
    {
      using disk = new Disk(folder, sizeMib, true);
      if (disk.unavailable !== undefined) return this.skip();
      writeFileSync(join(folder, "log"), "what happened");
      disk.fill();
    }
    expect(readFileSync(join(folder, "log"), "utf8")).to.equal("what happened");
    expect(readdirSync(folder)).to.deep.equal(["log"]);
  });
});

describe("a disk that is full under NATS", () => {
  it("is written again by itself once there is room", async function () {
    using disk = new Disk(join(testFolder("disk"), "small"), sizeMib);
    if (disk.unavailable !== undefined) return this.skip();
    const { postgres } = await testServers();
    const problems: string[] = [];
    await using stack = await startStack({
      ...{ dataDir: disk.folder, databaseUrl: postgres.url("postgres") },
      ...{ services: [], databases: [], portBase: "free" },
      report: (event) => event.kind === "failed" && problems.push(event.problem),
    });
    const connection = await connect({ servers: stack.natsUrl, maxReconnectAttempts: -1 });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: "FACTS", subjects: ["facts"] });
    const publish = () => connection.jetstream().publish("facts", message, { timeout: 500 });
    const failure = (error: Error) => error;

    await publish();
    disk.fill();
    while (!((await publish().catch(failure)) instanceof Error));
    disk.free();
    expect(
      await publish().catch(failure),
      "NATS goes on by itself: needless by now",
    ).to.be.instanceOf(Error);
    while ((await publish().catch(failure)) instanceof Error);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.contain("no space left on device");
    await connection.close();
  });
});
