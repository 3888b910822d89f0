import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { DataFolderError, testFolder } from "../src/index.ts";
import { identityOf } from "../src/process/identity.ts";
import { findStack, keepStackRecord, readStackRecord } from "../src/stack/stackFile.ts";

const record = () => ({
  supervisor: identityOf(process.pid) as NonNullable<ReturnType<typeof identityOf>>,
  natsUrl: "nats://127.0.0.1:1",
  databases: {} as never,
  addresses: {} as never,
  metricsAddresses: {},
  processes: [],
  traces: {},
});

describe("the record of a running stack", () => {
  it("that cannot be written stops nothing, and is written once it can be", async () => {
    const dataDir = testFolder("record");
    const obstacle = join(dataDir, "stack.json.partial"); // Stands for a disk that is full.
    mkdirSync(obstacle);
    const complaints: string[] = [];
    {
      using kept = keepStackRecord(dataDir, record, ({ message }) => complaints.push(message));
      kept.write();
      expect(complaints.join()).to.include("EISDIR");
      expect(readStackRecord(dataDir)).to.equal(undefined);
      rmSync(obstacle, { recursive: true });
      while (findStack(dataDir) === undefined) await new Promise(setImmediate);
    }
    expect(readStackRecord(dataDir)).to.equal(undefined);
  });

  it("that cannot be read is told from none", () => {
    const dataDir = testFolder("record");
    expect(findStack(dataDir)).to.equal(undefined);
    expect(findStack(join(dataDir, "nowhere"))).to.equal(undefined);
    writeFileSync(join(dataDir, "stack.json"), "{");
    expect(findStack(dataDir)).to.equal(undefined);
    rmSync(join(dataDir, "stack.json"));
    mkdirSync(join(dataDir, "stack.json")); // Stands for one of somebody else.
    expect(() => findStack(dataDir)).to.throw(DataFolderError, `${dataDir} cannot be read (EISDIR`);
  });
});
