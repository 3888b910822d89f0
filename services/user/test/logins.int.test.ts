import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { Secret } from "../src/domain/secret.ts";
import {
  anonymous,
  cheap,
  logIn,
  minuteMs,
  password,
  refusal,
  refused,
  registerAnn,
  type Served,
  serveUsers,
  windowMs,
} from "./support/serving.ts";

const attemptsStatement = sql("test_attempts", "select count(*)::int as n from login_attempts");
const hashStatement = sql("test_hash", "select password_hash from credentials");

const attempts = async ({ db }: Served) => (await db.rows<{ n: number }>(attemptsStatement))[0]?.n;

describe("logging in", () => {
  it("answers a token that any verifier can check, and a refresh token stored by its hash only", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    served.as(anonymous);
    const { user, tokens } = await logIn(served, { email: "ANN@example.org" });
    expect(user?.userId).to.equal("ann");
    const { accessToken = "", refreshToken = "", expiresAt, refreshExpiresAt } = tokens ?? {};
    const jwks = JSON.parse((await served.client.listSigningKeys({})).jwksJson);
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet(jwks), {
      algorithms: ["EdDSA"],
      issuer: "waybill",
      audience: "waybill",
      currentDate: served.clock.now(),
    });
    expect(payload).to.include({ sub: "ann", exp: Number(expiresAt) / 1000 });
    expect(payload.roles).to.deep.equal(["customer"]);
    expect(Number(expiresAt)).to.equal(served.clock.now().getTime() + 10 * minuteMs);
    expect(decodeProtectedHeader(accessToken)).to.deep.equal({
      alg: "EdDSA",
      kid: jwks.keys[0].kid,
      typ: "JWT",
    });
    expect(jwks.keys[0]).to.have.keys("kty", "crv", "x", "kid", "use", "alg");
    expect(Buffer.from(refreshToken, "base64url")).to.have.length(32);
    expect(Number(refreshExpiresAt)).to.equal(served.clock.now().getTime() + 43_200 * minuteMs);
    const dump = sql("test_tokens", "select refresh_tokens::text as row from refresh_tokens");
    const [row] = await served.db.rows<{ row: string }>(dump);
    expect(row?.row).not.to.contain(refreshToken);
  });

  it("gives the same answer after the same work for an unknown user, a wrong password and none", async () => {
    await using served = await serveUsers();
    const { client, hashes } = served;
    await registerAnn(served);
    await client.createUser({ userId: "bob", name: "Bob", email: "bob@example.org" });
    const answers = new Set<string>();
    for (const email of ["ann@example.org", "bob@example.org", "nobody@example.org", "what?"]) {
      const before = hashes();
      const { code, message, reason, metadata } = await refusal(
        logIn(served, { email, password: "wrong" }),
      );
      answers.add(JSON.stringify({ code, message, reason, metadata }));
      expect(hashes() - before, email).to.equal(1);
    }
    expect(answers.size).to.equal(1);
    expect([...answers][0]).to.contain("The email address or the password is wrong.");
  });

  it("makes a hash of old parameters anew, also for two at once", async () => {
    await using old = await serveUsers();
    await registerAnn(old);
    const dearer = { ...cheap, passes: 2 };
    await using served = await serveUsers({ url: old.url, cost: dearer });
    await Promise.all([logIn(served), logIn(served)]);
    const [row] = await served.db.rows<{ password_hash: string }>(hashStatement);
    expect(row?.password_hash).to.contain("$m=8,t=2,p=1$");
    const before = served.hashes();
    await logIn(served);
    expect(served.hashes() - before).to.equal(1);
  });

  it("with a password that is changed meanwhile fails, and leaves no token behind", async () => {
    const during: { change?: (() => Promise<unknown>) | undefined } = {};
    const onHash = () => {
      const { change } = during;
      during.change = undefined;
      return change?.();
    };
    await using other = await serveUsers();
    await registerAnn(other);
    await using served = await serveUsers({ url: other.url, onHash });
    during.change = () => other.client.setPassword({ userId: "ann", newPassword: "another one" });
    expect(await refused(logIn(served))).to.equal("INVALID_CREDENTIALS");
    const families = sql("test_families", "select 1 from token_families");
    expect(await served.db.rows(families)).to.deep.equal([]);
  });
});

describe("the limit on failed attempts", () => {
  const wrong = (served: Served, clientAddress = "", email = "ann@example.org") =>
    refused(logIn(served, { password: "wrong", clientAddress, email }));

  it("of an account allows so many in a window that slides, and says when to come back", async () => {
    await using served = await serveUsers({ perAccount: 3 });
    const { clock } = served;
    await registerAnn(served);
    for (let n = 0; n < 3; n += 1) {
      expect(await wrong(served)).to.equal("INVALID_CREDENTIALS");
      clock.forward(1_000);
    }
    const before = served.hashes();
    const { reason, retryDelayMs, code } = await refusal(logIn(served));
    expect({ reason, code, retryDelayMs }).to.deep.equal({
      reason: 42,
      code: 8,
      retryDelayMs: windowMs - 3_000,
    });
    expect(served.hashes()).to.equal(before);
    clock.forward(windowMs - 3_001);
    expect(await wrong(served)).to.equal("TOO_MANY_ATTEMPTS");
    clock.forward(1);
    expect(await wrong(served)).to.equal("INVALID_CREDENTIALS");
    expect(await wrong(served)).to.equal("TOO_MANY_ATTEMPTS");
    clock.forward(1_000);
    await logIn(served);
  });

  it("is the same for an account that does not exist", async () => {
    await using served = await serveUsers({ perAccount: 2 });
    const tries = [1, 2, 3].map(() => wrong(served, "", "nobody@example.org"));
    expect((await Promise.all(tries)).toSorted()).to.deep.equal([
      "INVALID_CREDENTIALS",
      "INVALID_CREDENTIALS",
      "TOO_MANY_ATTEMPTS",
    ]);
  });

  it("is forgotten with a success, for the account only", async () => {
    await using served = await serveUsers({ perAccount: 3, perAddress: 3 });
    await registerAnn(served);
    await wrong(served, "192.0.2.1");
    await wrong(served, "192.0.2.1");
    await logIn(served, { clientAddress: "192.0.2.1" });
    expect(await attempts(served)).to.equal(2);
    for (const address of ["192.0.2.2", "192.0.2.3"]) await wrong(served, address);
    await logIn(served, { clientAddress: "192.0.2.4" });
    expect(await wrong(served, "192.0.2.1")).to.equal("INVALID_CREDENTIALS");
    expect(await wrong(served, "192.0.2.1")).to.equal("TOO_MANY_ATTEMPTS");
  });

  it("of an address holds over accounts, and not for other addresses", async () => {
    await using served = await serveUsers({ perAccount: 3, perAddress: 4 });
    await registerAnn(served);
    for (const n of [1, 2, 3, 4])
      expect(await wrong(served, `2001:db8::${n}`, `u${n}@example.org`)).to.contain("INVALID");
    expect(await refused(logIn(served, { clientAddress: "2001:db8::5" }))).to.contain("TOO_MANY");
    await logIn(served, { clientAddress: "2001:db8:0:1::5" });
    await logIn(served);
    expect(await wrong(served, "not an address")).to.equal("INVALID_FIELD client_address");
  });

  it("cannot be outrun, not even on two replicas", async () => {
    await using one = await serveUsers({ perAccount: 5, perAddress: 100 });
    await using other = await serveUsers({ url: one.url, perAccount: 5, perAddress: 100 });
    await registerAnn(one);
    const tries = Array.from({ length: 30 }, (_, n) =>
      wrong(n % 2 === 0 ? one : other, "192.0.2.1"),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter((answer) => answer === "INVALID_CREDENTIALS")).to.have.length(5);
    expect(one.hashes() + other.hashes()).to.equal(1 + 5);
  });

  it("does not count an attempt whose password was never looked at", async () => {
    const broken = { is: false };
    const onHash = () => {
      if (broken.is) throw new Error("no memory");
    };
    await using served = await serveUsers({ perAccount: 1, onHash });
    await registerAnn(served);
    broken.is = true;
    expect((await refusal(logIn(served))).code).to.equal(13);
    expect(await attempts(served)).to.equal(0);
    broken.is = false;
    await logIn(served);
  });

  it("survives a restart, and is purged when it does not count any more", async () => {
    await using served = await serveUsers({ perAccount: 1 });
    const { clock, url } = served;
    await registerAnn(served);
    await wrong(served);
    await using restarted = await serveUsers({ url, clock, perAccount: 1 });
    expect(await wrong(restarted)).to.equal("TOO_MANY_ATTEMPTS");
    clock.forward(windowMs - 1);
    await restarted.app.purge();
    expect(await attempts(restarted)).to.equal(1);
    clock.forward(1);
    expect(await restarted.app.purge()).to.equal(false);
    expect(await attempts(restarted)).to.equal(0);
    const email = "ann@example.org";
    const login = { email, password: new Secret(password), clientAddress: undefined };
    expect((await restarted.app.authenticate(login)).kind).to.equal("loggedIn");
  });
});
