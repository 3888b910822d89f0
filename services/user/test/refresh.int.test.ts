import { sql } from "@waybill/persistence";
import { expect } from "chai";
import {
  accessTtlMs,
  logIn,
  refreshGraceMs,
  refreshTtlMs,
  refused,
  registerAnn,
  type Served,
  serveUsers,
} from "./support/serving.ts";

const countStatement = sql(
  "test_count",
  `select (select count(*) from refresh_tokens)::int as tokens, (select count(*) from token_families)::int as families`,
);

const refreshTokenOf = ({ tokens }: { tokens?: { refreshToken: string } | undefined }) =>
  tokens?.refreshToken ?? "";

const refresh = async ({ client }: Served, refreshToken: string) =>
  refreshTokenOf(await client.refreshTokens({ refreshToken }));

const refusedRefresh = ({ client }: Served, refreshToken: string) =>
  refused(client.refreshTokens({ refreshToken }));

describe("refreshing tokens", () => {
  it("exchanges a token for others, again and again, beyond its first end", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    let token = refreshTokenOf(await logIn(served));
    const seen = new Set([token]);
    for (let n = 0; n < 3; n += 1) {
      served.clock.forward(refreshTtlMs - 1);
      const { tokens } = await served.client.refreshTokens({ refreshToken: token });
      const now = served.clock.now().getTime();
      expect(Number(tokens?.expiresAt)).to.be.within(now + accessTtlMs - 1_000, now + accessTtlMs);
      expect(Number(tokens?.refreshExpiresAt)).to.equal(now + refreshTtlMs);
      token = tokens?.refreshToken ?? "";
      seen.add(token);
    }
    expect(seen.size).to.equal(4);
    served.clock.forward(refreshTtlMs);
    expect(await refusedRefresh(served, token)).to.equal("INVALID_TOKEN");
  });

  it("with a token that was exchanged revokes its family, and no other", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    const stolen = refreshTokenOf(await logIn(served));
    const elsewhere = refreshTokenOf(await logIn(served));
    const next = await refresh(served, stolen);
    const latest = await refresh(served, next);
    expect(await refusedRefresh(served, stolen)).to.equal("REFRESH_TOKEN_REUSED");
    expect(await refusedRefresh(served, latest)).to.equal("INVALID_TOKEN");
    expect(await refusedRefresh(served, next)).to.equal("REFRESH_TOKEN_REUSED");
    await refresh(served, elsewhere);
  });

  it("answers the same token again while the answer may have been lost", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    const first = refreshTokenOf(await logIn(served));
    const { tokens: lost } = await served.client.refreshTokens({ refreshToken: first });
    served.clock.forward(refreshGraceMs - 1);
    const { tokens: again } = await served.client.refreshTokens({ refreshToken: first });
    expect(again?.refreshToken).to.equal(lost?.refreshToken);
    expect(again?.refreshExpiresAt).to.deep.equal(lost?.refreshExpiresAt);
    const now = served.clock.now().getTime();
    expect(Number(again?.expiresAt)).to.be.within(now + accessTtlMs - 1_000, now + accessTtlMs);
    await refresh(served, again?.refreshToken ?? "");
  });

  it("with a token that was exchanged long ago revokes its family, even if nobody has used its successor", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    const first = refreshTokenOf(await logIn(served));
    const next = await refresh(served, first);
    served.clock.forward(refreshGraceMs);
    expect(await refusedRefresh(served, first)).to.equal("REFRESH_TOKEN_REUSED");
    expect(await refusedRefresh(served, next)).to.equal("INVALID_TOKEN");
  });

  it("tells of a thief who came within the grace as soon as both go on", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    const stolen = refreshTokenOf(await logIn(served));
    const owners = await refresh(served, stolen);
    const thiefs = await refresh(served, stolen);
    const latest = await refresh(served, owners);
    served.clock.forward(refreshGraceMs);
    expect(await refusedRefresh(served, thiefs)).to.equal("REFRESH_TOKEN_REUSED");
    expect(await refusedRefresh(served, latest)).to.equal("INVALID_TOKEN");
  });

  it("with one token many times at once makes one successor, on any replicas", async () => {
    await using one = await serveUsers();
    await using other = await serveUsers({ url: one.url });
    await registerAnn(one);
    for (let round = 0; round < 5; round += 1) {
      const token = refreshTokenOf(await logIn(one));
      const tries = Array.from({ length: 12 }, (_, n) => refresh(n % 2 === 0 ? one : other, token));
      const successors = new Set(await Promise.all(tries));
      expect(successors.size).to.equal(1);
      await refresh(one, [...successors].join());
    }
  });

  it("revokes even the token that an exchange at the same moment makes", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    for (let round = 0; round < 10; round += 1) {
      const first = refreshTokenOf(await logIn(served));
      const second = await refresh(served, first);
      served.clock.forward(refreshGraceMs);
      const [exchange] = await Promise.allSettled([
        refresh(served, second),
        refusedRefresh(served, first),
      ]);
      if (exchange.status === "fulfilled")
        expect(await refusedRefresh(served, exchange.value)).to.equal("INVALID_TOKEN");
    }
  });

  it("answers no successor again to whoever has logged out", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    const first = refreshTokenOf(await logIn(served));
    await refresh(served, first);
    await served.client.revokeTokens({ refreshToken: first });
    expect(await refusedRefresh(served, first)).to.equal("REFRESH_TOKEN_REUSED");
  });

  it("refuses what is no token of ours", async () => {
    await using served = await serveUsers();
    for (const token of ["", "x", "a".repeat(43), "\u0000", "é".repeat(10_000)])
      expect(await refusedRefresh(served, token)).to.equal("INVALID_TOKEN");
  });

  it("gives the roles that the account has by then", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    const token = refreshTokenOf(await logIn(served));
    const promote = sql("test_promote", "update accounts set roles = '{ADMIN,CUSTOMER}'");
    await served.db.run(promote);
    const { tokens } = await served.client.refreshTokens({ refreshToken: token });
    const [, payload = ""] = tokens?.accessToken.split(".") ?? [];
    const { roles } = JSON.parse(Buffer.from(payload, "base64url").toString());
    expect(roles).to.deep.equal(["admin", "customer"]);
  });
});

describe("logging out", () => {
  it("revokes the family of a token, also of one exchanged before, and takes unknown ones", async () => {
    await using served = await serveUsers();
    const { client } = served;
    await registerAnn(served);
    const first = refreshTokenOf(await logIn(served));
    const second = await refresh(served, first);
    await client.revokeTokens({ refreshToken: first });
    await client.revokeTokens({ refreshToken: first });
    expect(await refusedRefresh(served, second)).to.equal("INVALID_TOKEN");
    await client.revokeTokens({ refreshToken: "unknown" });
    await client.revokeTokens({});
  });
});

describe("purging tokens", () => {
  it("removes what has ended, and nothing that could still be exchanged or reused", async () => {
    await using served = await serveUsers();
    const { app, clock, db } = served;
    const counts = async () => (await db.rows<object>(countStatement))[0];
    await registerAnn(served);
    const first = refreshTokenOf(await logIn(served));
    await logIn(served);
    clock.forward(refreshTtlMs - 1);
    const second = await refresh(served, first);
    await app.purge();
    expect(await counts()).to.deep.equal({ tokens: 3, families: 2 });
    clock.forward(1);
    await app.purge();
    expect(await counts()).to.deep.equal({ tokens: 1, families: 1 });
    const third = await refresh(served, second);
    clock.forward(refreshTtlMs);
    expect(await refusedRefresh(served, third)).to.equal("INVALID_TOKEN");
    await app.purge();
    expect(await counts()).to.deep.equal({ tokens: 0, families: 0 });
  });
});
