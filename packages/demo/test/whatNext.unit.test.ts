import { defaultDataDir } from "@waybill/stack";
import { expect } from "chai";
import { whatNext } from "../src/story/whatNext.ts";

describe("what to try next", () => {
  it("names no folder when it is the usual one", () => {
    const text = whatNext("127.0.0.1:50052", defaultDataDir);
    expect(text).to.contain("http://127.0.0.1:50052/").and.not.to.contain("--data-dir");
  });

  it("names any other folder to each of the tools", () => {
    const text = whatNext("127.0.0.1:50052", "/elsewhere");
    expect(text).to.contain("npm run demo -- --orders 1000 --concurrency 64 --data-dir /elsewhere");
    expect(text).to.contain("npm run doctor -- --data-dir /elsewhere");
    expect(text).to.contain("$(npm run -s token -- --admin --data-dir /elsewhere)");
  });
});
