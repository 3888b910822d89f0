import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const fixture = join(import.meta.dirname, "fixtures/tool.ts");

describe("a tool for the terminal", () => {
  const run = (...args: string[]) => {
    const child = spawnSync(process.execPath, [fixture, ...args], { encoding: "utf8" });
    return { code: child.status, out: child.stdout, error: child.stderr };
  };

  it("ends with the exit code that it answers", () => {
    expect(run("3")).to.deep.equal({ code: 3, out: "", error: "" });
  });

  it("prints its help when it is asked to", () => {
    expect(run("--help")).to.deep.equal({ code: 0, out: "All that it can do\n", error: "" });
  });

  it("names what it does not understand, and where help is", () => {
    const { code, error } = run("--fast");
    expect(code).to.equal(2);
    expect(error).to.match(/'--fast'.*\nnpm run tool -- --help tells the options\.\n$/s);
  });

  it("fails with the message alone when that says all, else with the stack", () => {
    expect(run("expected")).to.deep.equal({ code: 1, out: "", error: "Nothing can be done\n" });
    const { code, error } = run("unexpected");
    expect(code).to.equal(1);
    expect(error).to.match(/^TypeError: What is this\?\n {4}at /);
  });
});
