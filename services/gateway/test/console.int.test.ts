import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "@waybill/stack";
import { expect } from "chai";
import { startGateway, type TestGateway } from "./support/gateway.ts";

/** What a browser sends that goes to a page. */
const visit = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

describe("the console's files", () => {
  let gateway: TestGateway;
  before(async () => {
    const consoleDir = testFolder("console");
    mkdirSync(join(consoleDir, "assets"), { recursive: true });
    writeFileSync(join(consoleDir, "index.html"), "<title>Waybill</title>");
    writeFileSync(join(consoleDir, "assets/main-1.js"), "plain");
    writeFileSync(join(consoleDir, "assets/main-1.js.br"), "small");
    gateway = await startGateway({ consoleDir });
  });
  after(() => gateway[Symbol.asyncDispose]());

  it("begin with one document for every page, under a policy that allows the gateway's own files alone", async () => {
    for (const page of ["/", "/login", "/orders/o-1", "/shop", "/shop/stock", "/nowhere"]) {
      const { status, body, headers } = await gateway.call("GET", page, { headers: visit });
      expect(status, page).to.equal(200);
      expect(body).to.equal("<title>Waybill</title>");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).to.include("default-src 'none'").and.to.include("script-src 'self';");
      expect(policy).not.to.match(/unsafe|https?:|\*/);
      expect(headers.get("cache-control")).to.equal("no-cache");
    }
  });

  it("are kept for a year, and sent compressed", async () => {
    const { body, headers } = await gateway.call("GET", "/assets/main-1.js", {
      headers: { "accept-encoding": "identity" },
    });
    expect(body).to.equal("plain");
    expect(headers.get("cache-control")).to.equal("public, max-age=31536000, immutable");
    const compressed = await gateway.open("GET", "/assets/main-1.js", {
      headers: { "accept-encoding": "br" },
    });
    expect(compressed.headers.get("content-encoding")).to.equal("br");
    await compressed.body?.cancel();
  });

  it("are those and no others; the API's unknown paths stay errors", async () => {
    for (const path of ["/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/index.html"])
      expect((await gateway.call("GET", path)).body, path).not.to.equal("plain");
    for (const [path, headers] of [
      ["/api/nothing", visit],
      ["/nowhere", { accept: "*/*" }],
    ] as const) {
      const { status, body } = await gateway.call("GET", path, { headers });
      expect(status, path).to.equal(404);
      expect(body).to.include.keys("error", "traceId");
    }
  });

  it("are not there where they were not built, and the API is", async () => {
    await using without = await startGateway();
    expect((await without.call("GET", "/", { headers: visit })).status).to.equal(404);
    expect((await without.call("GET", "/healthz")).status).to.equal(200);
  });
});
