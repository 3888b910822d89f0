import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { testFolder } from "@waybill/stack";
import { expect } from "chai";
import type { Entry } from "../src/logs/entry.ts";
import { LogFile } from "../src/logs/logFile.ts";
import { LogFolder } from "../src/logs/logFolder.ts";

const start = Date.parse("2026-11-26T19:00:00.000Z");
const always = Number.NEGATIVE_INFINITY;

/** A line that was logged so many ms after the start. */
const line = (ms: number, msg: string): string =>
  `${JSON.stringify({ level: "info", time: new Date(start + ms).toISOString(), msg })}\n`;

async function textsOf(entries: AsyncIterable<Entry>): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { part, text, logged } of entries)
    texts.push(`${part}: ${logged?.message ?? text}`);
  return texts;
}

describe("the logs of a stack", () => {
  let folder: string;
  const log = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = join(testFolder("logs"), "logs");
    mkdirSync(folder);
  });

  const read = async (services: readonly string[] = [], since = always) => {
    await using logs = new LogFolder(folder, { services, since });
    return await textsOf(logs.entries(true));
  };

  it("are merged by time, and what tells no time stays behind what it follows", async () => {
    writeFileSync(log("order.log"), `${line(1, "a")}Error: crash\n    at x.ts\n${line(4, "d")}`);
    writeFileSync(log("item.log"), `${line(2, "b")}${line(3, "c")}`);
    expect(await read()).to.deep.equal([
      "order: a",
      "order: Error: crash",
      "order:     at x.ts",
      "item: b",
      "item: c",
      "order: d",
    ]);
  });

  it("begin with what was set aside", async () => {
    writeFileSync(log("order.log.old"), line(1, "before"));
    writeFileSync(log("order.log"), line(2, "after"));
    expect(await read()).to.deep.equal(["order: before", "order: after"]);
  });

  it("are those of the services that are named, with their replicas, or of one replica", async () => {
    for (const part of ["order", "order.2", "order.20", "item"])
      writeFileSync(log(`${part}.log`), line(1, "ready"));
    writeFileSync(log("notes.txt"), "no log");
    const three = ["order: ready", "order.2: ready", "order.20: ready"];
    expect(await read(["order"])).to.have.members(three);
    expect(await read(["order.2", "item"])).to.have.members(["order.2: ready", "item: ready"]);
    expect(await read()).to.have.length(4);
  });

  it("are read to their last line, also without its end", async () => {
    writeFileSync(log("order.log"), `${line(1, "a")}killed here`);
    expect(await read()).to.deep.equal(["order: a", "order: killed here"]);
  });

  describe("that are followed", () => {
    let logs: LogFolder;
    const news = () => textsOf(logs.entries(false));

    beforeEach(async () => {
      writeFileSync(log("order.log"), line(1, "first"));
      logs = new LogFolder(folder, { services: [], since: always });
      expect(await news()).to.deep.equal(["order: first"]);
    });

    afterEach(() => logs[Symbol.asyncDispose]());

    it("tell what is new, and a line once it is whole", async () => {
      const [begun, rest] = [line(2, "secönd").slice(0, 60), line(2, "secönd").slice(60)];
      appendFileSync(log("order.log"), begun);
      expect(await news()).to.deep.equal([]);
      appendFileSync(log("order.log"), rest);
      expect(await news()).to.deep.equal(["order: secönd"]);
      expect(await news()).to.deep.equal([]);
    });

    it("go on when a process sets its log aside and starts a new one", async () => {
      appendFileSync(log("order.log"), line(2, "last words"));
      renameSync(log("order.log"), log("order.log.old"));
      writeFileSync(log("order.log"), line(3, "started anew"));
      writeFileSync(log("item.log"), line(4, "new, too"));
      expect(await news()).to.deep.equal([
        "order: last words",
        "order: started anew",
        "item: new, too",
      ]);
      renameSync(log("order.log"), log("order.log.old"));
      expect(await news()).to.deep.equal([]);
      writeFileSync(log("order.log"), line(5, "and again"));
      expect(await news()).to.deep.equal(["order: and again"]);
    });

    it("go on when the folder is removed and there again", async () => {
      appendFileSync(log("order.log"), `${line(2, "last words")}without an end`);
      rmSync(folder, { recursive: true });
      expect(await news()).to.deep.equal(["order: last words", "order: without an end"]);
      expect(logs.size).to.equal(0);
      mkdirSync(folder);
      writeFileSync(log("order.log"), line(3, "afresh"));
      expect(await news()).to.deep.equal(["order: afresh"]);
    });

    it("begin anew when somebody empties one", async () => {
      truncateSync(log("order.log"));
      expect(await news()).to.deep.equal([]);
      appendFileSync(log("order.log"), line(2, "x"));
      expect(await news()).to.deep.equal(["order: x"]);
    });
  });

  describe("since a time", () => {
    const lines = 40_000;
    const all = Array.from({ length: lines }, (_, ms) => line(ms, `number ${ms}`)).join("");

    it("begin at the entries of that time, wherever it lies", async () => {
      writeFileSync(log("order.log"), all);
      for (const from of [0, 1, 777, lines - 1_000, lines - 1]) {
        const found = (await read([], start + from)).indexOf(`order: number ${from}`);
        expect(found, `${from}`).to.be.within(0, 1_000);
      }
    });

    it("are not read whole for it", async () => {
      writeFileSync(log("order.log"), all);
      const handle = await open(log("order.log"));
      const counted = countingReads(handle);
      const file = await LogFile.from("order", counted.handle, start + lines - 1_000);
      const texts = await textsOf(file.entries(true));
      await file.close();
      expect(texts.at(-1)).to.equal(`order: number ${lines - 1}`);
      expect(all.length).to.be.greaterThan(2_500_000);
      expect(counted.bytes()).to.be.lessThan(400_000);
    });

    it("are found behind a line that is longer than what is read at once", async () => {
      const long = "x".repeat(200_000);
      writeFileSync(log("order.log"), `${line(1, "old")}${long}\n${line(5, "new")}`);
      const texts = await read([], start + 5);
      expect(texts.at(-1)).to.equal("order: new");
    });
  });

  it("show a line without an end in pieces, and hold no more than one of them", async () => {
    const size = 3 * 1024 * 1024;
    writeFileSync(log("order.log"), "x".repeat(size));
    const texts = await read();
    expect(texts.length).to.be.greaterThan(2);
    expect(texts.map((text) => text.slice("order: ".length)).join("")).to.have.length(size);
  });
});

/** The handle, and how many bytes were read by it. */
function countingReads(handle: FileHandle) {
  let bytes = 0;
  const read = async (...args: Parameters<FileHandle["read"]>) => {
    const result = await handle.read(...args);
    bytes += result.bytesRead;
    return result;
  };
  const counting = new Proxy(handle, {
    get: (target, name) => {
      if (name === "read") return read;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { handle: counting, bytes: () => bytes };
}
