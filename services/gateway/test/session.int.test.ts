import { ErrorReason } from "@waybill/contracts/errors";
import { refuse } from "@waybill/rpc";
import { expect } from "chai";
import { startGateway, type TestGateway } from "./support/gateway.ts";

const login = { email: "alice@example.com", password: "correct horse" };
const cookie = "waybill_refresh=refresh";

describe("sessions of pages", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway[Symbol.asyncDispose]());

  const call = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    gateway.call("POST", path, { body, headers });

  it("keep the refresh token in a cookie that no script reads and no other site sends", async () => {
    const { body, headers } = await call("/api/session", login);
    const set = headers.get("set-cookie") ?? "";
    for (const part of ["HttpOnly", "SameSite=Strict", "Path=/api/session", "waybill_refresh="])
      expect(set).to.include(part);
    expect(set).not.to.include("Secure"); // Over plain HTTP, as on one's own machine.
    expect(JSON.stringify(body)).not.to.include("refresh");
    expect(headers.get("cache-control")).to.equal("no-store");
  });

  it("go on by the cookie alone", async () => {
    await call("/api/session/refresh", {}, { cookie });
    const { request } = gateway.fakes.last("refreshTokens");
    expect(request).to.deep.equal({ refreshToken: "refresh" });
  });

  it("end here and at the user service", async () => {
    const { headers } = await call("/api/session/end", {}, { cookie });
    expect(headers.get("set-cookie")).to.match(/^waybill_refresh=;.*1970/);
    const { request } = gateway.fakes.last("revokeTokens");
    expect(request).to.deep.equal({ refreshToken: "refresh" });
  });

  it("keep their cookie until it is revoked, so that ending them can be repeated", async () => {
    gateway.fakes.on("revokeTokens", () => {
      throw refuse.unavailable(ErrorReason.SHUTTING_DOWN, "Come again");
    });
    const refused = await call("/api/session/end", {}, { cookie });
    gateway.fakes.reset();
    expect(refused.status).to.equal(503);
    expect(refused.headers.get("set-cookie")).to.equal(null);
  });

  for (const path of ["/api/session", "/api/session/refresh", "/api/session/end"]) {
    it(`are not for other sites' pages: ${path}`, async () => {
      const foreign: readonly Readonly<Record<string, string>>[] = [
        { origin: "https://elsewhere.example" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
      ];
      for (const headers of foreign) {
        const { status, body } = await call(path, login, { cookie, ...headers });
        expect(status, JSON.stringify(headers)).to.equal(403);
        expect(body).to.include({ reason: "CROSS_SITE" });
      }
      const own = { origin: gateway.url, "sec-fetch-site": "same-origin" };
      expect((await call(path, login, { cookie, ...own })).status).to.equal(200);
    });
  }
});
