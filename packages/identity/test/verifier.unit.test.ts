import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, sleep } from "@waybill/chassis";
import { Refusal, reasonName, Status } from "@waybill/rpc";
import { expect } from "chai";
import { exportJWK, generateKeyPair } from "jose";
import {
  createVerifier,
  type Issuer,
  openLocalIssuer,
  readTrustedIssuers,
  serviceToken,
  signToken,
  type TrustedIssuer,
  type Verifier,
} from "../src/index.ts";
import { type Forgeries, forge } from "./support/forgery.ts";

const logger = createLogger("identity-test", { level: "silent", format: "json" });

const refused = "UNAUTHENTICATED INVALID_TOKEN";

const outcome = (verifying: Promise<unknown>): Promise<unknown> =>
  verifying.catch((error: unknown) =>
    error instanceof Refusal ? `${Status[error.code]} ${reasonName(error.reason)}` : error,
  );

describe("a verifier", () => {
  let folder: string;
  let issuer: Issuer;
  let verifier: Verifier;
  let trusted: readonly TrustedIssuer[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waybill-identity-"));
    issuer = await openLocalIssuer({ folder });
    trusted = issuer.trusted("127.0.0.1:1");
    verifier = createVerifier({ issuers: trusted, logger });
  });

  after(async () => {
    await verifier[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("tells users, admins and services apart", async () => {
    const customer = await issuer.userToken("alice", ["customer"]);
    expect(await verifier.verify(customer)).to.deep.equal({
      kind: "user",
      userId: "alice",
      roles: ["customer"],
      token: customer,
    });
    const admin = await issuer.userToken("eve", ["customer", "admin"]);
    expect(await verifier.verify(admin)).to.include({ kind: "user", userId: "eve" });
    const service = await issuer.serviceToken("workflow");
    expect(await verifier.verify(service)).to.deep.equal({ kind: "service", name: "workflow" });
  });

  it("knows at once, without a promise, a token that it has verified, until that ends", async () => {
    const token = await issuer.userToken("known", ["customer"], 60_000);
    expect(verifier.known(token)).to.equal(undefined);
    const caller = await verifier.verify(token);
    expect(verifier.known(token)).to.equal(caller);
    expect(verifier.known(`${token}x`)).to.equal(undefined);
  });

  const forgeries: Readonly<Record<keyof Forgeries, string>> = {
    expired: "UNAUTHENTICATED TOKEN_EXPIRED",
    otherIssuer: "UNAUTHENTICATED INVALID_TOKEN",
    otherAudience: "UNAUTHENTICATED INVALID_TOKEN",
    algNone: "UNAUTHENTICATED INVALID_TOKEN",
    hs256: "UNAUTHENTICATED INVALID_TOKEN",
    tampered: "UNAUTHENTICATED INVALID_TOKEN",
  };
  for (const [name, expected] of Object.entries(forgeries)) {
    it(`refuses a forged token: ${name}`, async () => {
      const forged = await forge(folder, "alice");
      expect(await outcome(verifier.verify(forged[name as keyof Forgeries]))).to.equal(expected);
    });
  }

  for (const [name, token] of [
    ["nothing", ""],
    ["no JWT", "abc"],
    ["three dots", ".."],
    ["a long one", "a".repeat(100_000)],
  ] as const) {
    it(`refuses ${name}`, async () => {
      expect(await outcome(verifier.verify(token))).to.equal(refused);
    });
  }

  it("lets an issuer of users name no service, and the other way round", async () => {
    const { key, keyId, publish } = await keyRing(folder, "mixed");
    await publish();
    const sign = (issuer: string, subject: string) =>
      signToken({ issuer, audience: "waybill", subject, lifetimeMs: 60_000 }, { key, keyId });
    const keys = { kind: "file", path: join(folder, "mixed.json") } as const;
    const common = { audience: "waybill", algorithms: ["EdDSA" as const], keys };
    await using both = createVerifier({
      issuers: [
        { issuer: "people", subjects: "users", ...common },
        { issuer: "cluster", subjects: "services", namespaces: ["waybill"], ...common },
      ],
      logger,
    });
    const account = (namespace: string) => `system:serviceaccount:${namespace}:order`;
    const ask = async (iss: string, sub: string) => outcome(both.verify(await sign(iss, sub)));
    expect(await ask("people", "service:order")).to.equal(refused);
    expect(await ask("cluster", "alice")).to.equal(refused);
    expect(await ask("cluster", account("waybill"))).to.deep.equal({
      kind: "service",
      name: "order",
    });
    expect(await ask("cluster", account("elsewhere"))).to.equal(refused);
  });

  it("learns a new key as soon as a token has it, and keeps the old one while it is published", async () => {
    const first = await keyRing(folder, "rotated");
    await first.publish();
    const content = { issuer: "people", audience: "waybill", subject: "a", lifetimeMs: 60_000 };
    const keys = { kind: "file", path: join(folder, "rotated.json") } as const;
    const people = { audience: "waybill", algorithms: ["EdDSA" as const], keys };
    await using rotating = createVerifier({
      issuers: [{ issuer: "people", subjects: "users", ...people }],
      logger,
    });
    await rotating.verify(await signToken(content, first));
    const second = await keyRing(folder, "rotated");
    await second.publish(first.publicJwk);
    const signedAnew = await signToken(content, second);
    const signedBefore = await signToken({ ...content, subject: "b" }, first);
    // Keys are loaded once a second at most, so that invented key ids cost nothing.
    const isKnown = async () => (await outcome(rotating.verify(signedAnew))) !== refused;
    const deadline = performance.now() + 5_000;
    while (!(await isKnown()) && performance.now() < deadline) await sleep(20);
    expect(await rotating.verify(signedAnew)).to.include({ userId: "a" });
    expect(await rotating.verify(signedBefore)).to.include({ userId: "b" });
  });

  it("says UNAVAILABLE, not UNAUTHENTICATED, while the keys of an issuer cannot be had", async () => {
    const local = trusted[1] as TrustedIssuer;
    const keys = { kind: "file", path: join(folder, "nowhere.json") } as const;
    await using blind = createVerifier({ issuers: [{ ...local, keys }], logger });
    const token = await issuer.userToken("alice", ["customer"]);
    expect(await outcome(blind.verify(token))).to.equal("UNAVAILABLE CALLEE_UNAVAILABLE");
  });
});

describe("TRUSTED_ISSUERS", () => {
  const good = {
    issuer: "waybill",
    audience: "waybill",
    algorithms: ["EdDSA"],
    subjects: "users",
    keys: { kind: "user-service", address: "127.0.0.1:50055" },
  };

  it("is a list of issuers", () => {
    expect(readTrustedIssuers(JSON.stringify([good]))).to.deep.equal([good]);
  });

  for (const [name, text, told] of [
    ["no JSON", "[", "cannot be read"],
    ["a file that is not there", "/nowhere/issuers.json", "ENOENT"],
    ["no issuer", "[]", "cannot be used"],
    ["alg none", JSON.stringify([{ ...good, algorithms: ["none"] }]), "algorithms"],
    ["HS256", JSON.stringify([{ ...good, algorithms: ["HS256"] }]), "algorithms"],
    ["no audience", JSON.stringify([{ ...good, audience: "" }]), "audience"],
    ["one issuer twice", JSON.stringify([good, good]), "each issuer once"],
    ["a misspelt field", JSON.stringify([{ ...good, namespace: "x" }]), "namespace"],
  ] as const) {
    it(`tells what is wrong: ${name}`, () => {
      expect(() => readTrustedIssuers(text))
        .to.throw("TRUSTED_ISSUERS")
        .with.property("message")
        .that.includes(told);
    });
  }
});

describe("a local issuer", () => {
  it("makes a new key where its key was deleted, and tokens of that one are trusted", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waybill-issuer-"));
    await openLocalIssuer({ folder });
    await rm(join(folder, "key.json"));
    const issuer = await openLocalIssuer({ folder });
    await using verifier = createVerifier({ issuers: issuer.trusted("127.0.0.1:1"), logger });
    const token = await issuer.serviceToken("order");
    expect(await outcome(verifier.verify(token))).to.deep.equal({ kind: "service", name: "order" });
    await rm(folder, { recursive: true });
  });
});

describe("a service's own token", () => {
  it("is read from its file, and again when it has ended", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waybill-token-"));
    const issuer = await openLocalIssuer({ folder });
    const file = join(folder, "token");
    const write = async (token: string) => {
      await writeFile(`${file}.new`, `${token}\n`);
      await rename(`${file}.new`, file);
    };
    const own = serviceToken({ file });
    expect(await outcome(Promise.resolve().then(own))).to.equal("UNAVAILABLE CALLEE_UNAVAILABLE");
    const ended = await issuer.serviceToken("order", -1_000);
    const fresh = await issuer.serviceToken("order");
    await write(ended);
    expect(await own()).to.equal(ended);
    await write(fresh);
    expect(await own()).to.equal(fresh);
    expect(own()).to.equal(fresh);
    await rm(folder, { recursive: true });
  });
});

/** A new key, to be published in <name>.json, beside others. */
async function keyRing(folder: string, name: string) {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const keyId = `${name}-${performance.now()}`;
  const publicJwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: "EdDSA" };
  const publish = (...others: object[]) =>
    writeFile(join(folder, `${name}.json`), JSON.stringify({ keys: [publicJwk, ...others] }));
  return { key: privateKey, keyId, publicJwk, publish };
}
