import { expect } from "chai";
import { parseMemory, parseStat } from "../src/measure/procfs.ts";
import { beneath, peakBytesOf, usedBetween } from "../src/measure/usage.ts";

const mb = 1_048_576;

describe("reading /proc", () => {
  it("adds up the CPU of a process and of its children that have ended", () => {
    const line =
      "4711 (postgres: (odd) name) S 42 4711 4711 0 -1 4194560 12 34 0 0 150 50 30 20 20 0 1 0 99 1 2 3";
    expect(parseStat(line)).to.deep.equal({ pid: 4711, parent: 42, cpuSeconds: 2.5 });
  });

  it("refuses a line that is none", () => {
    expect(() => parseStat("gone")).to.throw("No stat line");
  });

  it("tells the peak from what may be shared", () => {
    const text =
      "Name:\tpostgres\nVmHWM:\t  2048 kB\nVmRSS:\t 1536 kB\nRssAnon:\t 512 kB\nRssFile:\t 1024 kB\nRssShmem:\t 512 kB\n";
    expect(parseMemory(text)).to.deep.equal({
      peakBytes: 2 * mb,
      residentBytes: 1.5 * mb,
      sharedBytes: 1.5 * mb,
    });
  });

  it("finds the processes beneath a process, at any depth", () => {
    const processes = [
      { pid: 1, parent: 0, cpuSeconds: 0 },
      { pid: 2, parent: 1, cpuSeconds: 0 },
      { pid: 3, parent: 2, cpuSeconds: 0 },
      { pid: 4, parent: 0, cpuSeconds: 0 },
    ];
    expect(beneath(1, processes).map(({ pid }) => pid)).to.deep.equal([1, 2, 3]);
  });
});

describe("what processes use", () => {
  it("is counted between two readings, for a process started meanwhile from its start", () => {
    const usage = (pid: number, cpuSeconds: number) => ({
      part: "order",
      pid,
      cpuSeconds,
      memories: [],
    });
    expect(usedBetween([usage(7, 2)], [usage(7, 5)])[0]?.cpuSeconds).to.equal(3);
    expect(usedBetween([usage(7, 2)], [usage(8, 1)])[0]?.cpuSeconds).to.equal(1);
  });

  it("counts memory that processes of one program share once", () => {
    const process = (program: string, peakMb: number, sharedMb: number) => ({
      program,
      peakBytes: peakMb * mb,
      residentBytes: 0,
      sharedBytes: sharedMb * mb,
    });
    const memories = [process("node", 100, 40), process("node", 90, 50), process("nats", 30, 10)];
    expect(peakBytesOf(memories)).to.equal((60 + 40 + 50 + 30) * mb);
  });
});
