import { inspect } from "node:util";
import { expect } from "chai";
import { grantedRoles, isSameAccount } from "../src/domain/account.ts";
import { accountKey, addressKey, waitMs } from "../src/domain/attempts.ts";
import { decodeHash, encodeHash, isOutdated } from "../src/domain/encodedHash.ts";
import { judgeExchange, successorOf, tokenHash } from "../src/domain/refreshToken.ts";
import { Secret } from "../src/domain/secret.ts";
import { publishedKeysAt, signingKeyAt } from "../src/domain/signingKeys.ts";

const at = (ms: number) => new Date(ms);

describe("accounts", () => {
  it("are a customer's, whatever else they may do, and compare by name, address and roles", () => {
    expect(grantedRoles([])).to.deep.equal(["CUSTOMER"]);
    expect(grantedRoles(["ADMIN", "ADMIN"])).to.deep.equal(["ADMIN", "CUSTOMER"]);
    const ann = { name: "Ann", email: "a@b.org", roles: ["CUSTOMER"] } as const;
    expect(isSameAccount(ann, { ...ann, roles: [] })).to.equal(true);
    expect(isSameAccount(ann, { ...ann, roles: ["ADMIN"] })).to.equal(false);
    expect(isSameAccount(ann, { ...ann, name: "An" })).to.equal(false);
    expect(isSameAccount(ann, { ...ann, email: "c@b.org" })).to.equal(false);
  });
});

describe("attempts", () => {
  const limit = { failures: 3, windowMs: 100 };

  it("are allowed until the limit is in the window", () => {
    expect(waitMs([], limit, at(1000))).to.equal(0);
    expect(waitMs([at(990), at(995)], limit, at(1000))).to.equal(0);
    expect(waitMs([at(990), at(995), at(995)], limit, at(1000))).to.equal(90);
  });

  it("are allowed again exactly when the oldest leaves the window, which slides", () => {
    const failures = [at(0), at(50), at(60)];
    expect(waitMs(failures, limit, at(99))).to.equal(1);
    expect(waitMs(failures, limit, at(100))).to.equal(0);
    expect(waitMs([...failures, at(100)], limit, at(100))).to.equal(50);
  });

  it("wait for as many to leave as are over a limit that was lowered", () => {
    expect(waitMs([0, 10, 20, 30, 40].map(at), limit, at(50))).to.equal(70);
  });

  it("count under the IPv4 address or the IPv6 network", () => {
    expect(addressKey("192.0.2.7")).to.equal("address:192.0.2.7");
    expect(addressKey("::ffff:192.0.2.7")).to.equal("address:192.0.2.7");
    expect(addressKey("2001:db8:0:7::1")).to.equal("address:2001:db8:0:7::/64");
    expect(addressKey("2001:DB8::7:ffff:0:0:1%eth0")).to.equal("address:2001:db8:0:7::/64");
    expect(addressKey("::1")).to.equal("address:0:0:0:0::/64");
    expect(addressKey("2001:db8:1:2:3:4:5:6")).to.equal("address:2001:db8:1:2::/64");
  });

  it("do not tell what was typed", () => {
    expect(accountKey("my password")).to.match(/^account:[\w-]{43}$/);
  });
});

describe("password hashes", () => {
  const cost = { memory: 19_456, passes: 2, parallelism: 1 };
  const text = "$argon2id$v=19$m=19456,t=2,p=1$AQID$BAUGBw";

  it("are PHC strings with their parameters", () => {
    const stored = { cost, salt: Buffer.from([1, 2, 3]), hash: Buffer.from([4, 5, 6, 7]) };
    expect(encodeHash(stored)).to.equal(text);
    expect(decodeHash(text)).to.deep.equal(stored);
    for (const broken of ["", "secret", text.replace("id", "i"), text.replace("19$", "16$")])
      expect(() => decodeHash(broken), broken).to.throw("PHC");
  });

  it("are outdated when any parameter is another", () => {
    expect(isOutdated(cost, cost)).to.equal(false);
    for (const part of ["memory", "passes", "parallelism"] as const)
      expect(isOutdated({ ...cost, [part]: 9 }, cost)).to.equal(true);
  });
});

describe("secrets", () => {
  it("are not seen unless revealed", () => {
    const secret = new Secret("hunter2");
    const seen = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)];
    expect(seen.join()).not.to.contain("hunter2");
    expect(secret.reveal()).to.equal("hunter2");
  });
});

describe("the exchange of a refresh token", () => {
  const token = {
    familyId: "f",
    expiresAt: at(100),
    exchangedAt: undefined,
    successorSalt: undefined,
  };
  const exchanged = { ...token, exchangedAt: at(5), successorSalt: "salt" };
  const unused = { exchangedAt: undefined };
  const family = { revokedAt: undefined };
  const judge = (given: typeof exchanged, ms: number) =>
    judgeExchange(given, unused, family, { now: at(ms), graceMs: 10 });

  it("happens once, before the token ends and unless its family is revoked", () => {
    const judgeFirst = (ms: number, revokedAt?: Date) =>
      judgeExchange(token, undefined, { revokedAt }, { now: at(ms), graceMs: 10 });
    expect(judgeFirst(99)).to.equal("exchange");
    expect(judgeFirst(100)).to.equal("invalid");
    expect(judgeFirst(99, at(1))).to.equal("invalid");
  });

  it("is repeated within the grace, also by a replica whose clock is behind", () => {
    expect([4, 5, 14].map((ms) => judge(exchanged, ms))).to.deep.equal(Array(3).fill("repeat"));
  });

  it("is reuse later, after its successor was used, without grace, or when its family is revoked", () => {
    expect(judge(exchanged, 15)).to.equal("reused");
    expect(judge(exchanged, 200)).to.equal("reused");
    const used = { exchangedAt: at(5) };
    const now = at(5);
    expect(judgeExchange(exchanged, used, family, { now, graceMs: 10 })).to.equal("reused");
    expect(judgeExchange(exchanged, undefined, family, { now, graceMs: 10 })).to.equal("reused");
    expect(judgeExchange(exchanged, unused, family, { now, graceMs: 0 })).to.equal("reused");
    const revoked = { revokedAt: at(5) };
    expect(judgeExchange(exchanged, unused, revoked, { now, graceMs: 10 })).to.equal("reused");
  });

  it("makes a successor that neither the token nor what is stored tells by itself", () => {
    expect(successorOf("a", "salt")).to.equal(successorOf("a", "salt"));
    expect(successorOf("a", "salt")).not.to.equal(successorOf("a", "pepper"));
    expect(successorOf("a", "salt")).not.to.equal(successorOf("b", "salt"));
  });

  it("knows tokens by their SHA-256", () => {
    expect(tokenHash("abc")).to.equal("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  });
});

describe("signing keys", () => {
  const schedule = { publishAheadMs: 100, keepMs: 1000 };
  const key = (keyId: string, ms: number) => ({ keyId, createdAt: at(ms) });
  const keys = [key("b", 500), key("a", 0), key("c", 550)];
  const signing = (ms: number) => signingKeyAt(keys, schedule, at(ms))?.keyId;
  const published = (ms: number) => publishedKeysAt(keys, schedule, at(ms)).map((k) => k.keyId);

  it("sign once verifiers can know them, the first at once", () => {
    expect(signingKeyAt([], schedule, at(0))).to.equal(undefined);
    expect([0, 99, 599].map(signing)).to.deep.equal(["a", "a", "a"]);
    expect([600, 649].map(signing)).to.deep.equal(["b", "b"]);
    expect([650, 9999].map(signing)).to.deep.equal(["c", "c"]);
  });

  it("are published from the beginning until what they signed has ended", () => {
    expect(published(500)).to.deep.equal(["a", "b", "c"]);
    expect(published(1599)).to.deep.equal(["a", "b", "c"]);
    expect(published(1600)).to.deep.equal(["b", "c"]);
    expect(published(1650)).to.deep.equal(["c"]);
    expect(published(999_999)).to.deep.equal(["c"]);
  });

  it("are the same to all replicas, also those of one instant", () => {
    const twins = [key("z", 0), key("y", 0)];
    expect(signingKeyAt(twins, schedule, at(200))?.keyId).to.equal("z");
    expect(signingKeyAt(twins.toReversed(), schedule, at(200))?.keyId).to.equal("z");
  });
});
