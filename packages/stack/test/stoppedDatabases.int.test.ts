import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openStoppedDatabases, type StackOptions, startStack, testFolder } from "@waybill/stack";
import { expect } from "chai";

const fixture = join(import.meta.dirname, "fixtures/stoppedDatabases.ts");

describe("the databases of a stopped stack", () => {
  it("are judged as of when it stopped, however often they are looked at, and that ends", async () => {
    const dataDir = testFolder("stopped");
    const options: StackOptions = { dataDir, services: [], databases: ["order"] };
    const run = async () =>
      (await startStack({ ...options, portBase: "free", postgres: { fsync: false } })).stop();
    const stoppedAt = async () => {
      await using databases = await openStoppedDatabases(dataDir);
      return databases.stoppedAt;
    };
    await run();
    const endedAt = Date.now();
    const looker = spawn(process.execPath, [fixture, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(looker.stdout, "data");
    looker.kill("SIGKILL");
    await once(looker, "exit");
    const first = await stoppedAt();
    expect(first, "not as of the look that was killed").to.be.lessThan(endedAt);
    expect(await stoppedAt(), "looked at again").to.equal(first);
    await run();
    expect(await stoppedAt(), "of the next run").to.be.greaterThan(first);
  });
});
