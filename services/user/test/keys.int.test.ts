import { createSecretKey, randomBytes } from "node:crypto";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { maxAccessTokenTtlMs } from "../src/domain/signingKeys.ts";
import {
  accessTtlMs,
  jwksCacheMs,
  logIn,
  minuteMs,
  openApp,
  refused,
  registerAnn,
  type Served,
  serveUsers,
} from "./support/serving.ts";

const keysStatement = sql(
  "test_keys",
  "select key_id, private_key, encryption from signing_keys order by created_at, key_id",
);

interface KeyRow {
  key_id: string;
  private_key: string | null;
  encryption: string;
}

const rows = ({ db }: Pick<Served, "db">) => db.rows<KeyRow>(keysStatement);

const jwksOf = async ({ client }: Served) =>
  JSON.parse((await client.listSigningKeys({})).jwksJson);

const published = async (served: Served): Promise<string[]> =>
  (await jwksOf(served)).keys.map(({ kid }: { kid: string }) => kid);

const accessTokenOf = async (served: Served) => (await logIn(served)).tokens?.accessToken ?? "";

const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? "";

const encryptionKey = () => createSecretKey(randomBytes(32));

/** How long a new key is published before it signs. */
const aheadMs = jwksCacheMs + minuteMs;

describe("signing keys", () => {
  it("begin with one, on which replicas that start at once agree", async () => {
    await using first = await serveUsers();
    await first.db.run(sql("test_no_keys", "delete from signing_keys"));
    const { url, clock } = first;
    const replicas = await Promise.all([1, 2, 3, 4].map(() => openApp({ url, clock })));
    await using stack = new AsyncDisposableStack();
    for (const replica of replicas) stack.use(replica);
    const [key, ...others] = await rows(first);
    expect(others).to.deep.equal([]);
    for (const { app } of replicas) expect(app.keys.current().keyId).to.equal(key?.key_id);
  });

  it("are rotated without logging anyone out", async () => {
    await using served = await serveUsers();
    const { client, clock } = served;
    await registerAnn(served);
    const verifies = async (token: string) => {
      const jwks = createLocalJWKSet(await jwksOf(served));
      const { payload } = await jwtVerify(token, jwks, { currentDate: clock.now() });
      return payload.sub;
    };
    const [old = ""] = await published(served);
    const before = await accessTokenOf(served);
    clock.forward(1_000);
    const { keyId } = await client.rotateSigningKey({ requestId: "r1" });
    expect(await published(served)).to.deep.equal([old, keyId]);

    // Verifiers may have read the keys just before.
    clock.forward(aheadMs - 1);
    const between = await accessTokenOf(served);
    expect(kidOf(between)).to.equal(old);
    clock.forward(1);
    const after = await accessTokenOf(served);
    expect(kidOf(after)).to.equal(keyId);
    for (const token of [between, after]) expect(await verifies(token)).to.equal("ann");

    clock.forward(accessTtlMs - 2_000);
    expect(await verifies(between)).to.equal("ann");
    expect(await verifies(before).catch((error) => error.code)).to.equal("ERR_JWT_EXPIRED");
    clock.forward(maxAccessTokenTtlMs + 5 * minuteMs - accessTtlMs + 2_000 - 1);
    expect(await published(served)).to.deep.equal([old, keyId]);
    clock.forward(1);
    expect(await published(served)).to.deep.equal([keyId]);
  });

  it("are rotated once per request, also by many at once, and even after the key has ended", async () => {
    await using served = await serveUsers();
    const { client, clock } = served;
    const rotate = async (requestId: string) =>
      (await client.rotateSigningKey({ requestId })).keyId;
    const answers = new Set(await Promise.all([1, 2, 3, 4].map(() => rotate("r1"))));
    expect(answers.size).to.equal(1);
    clock.forward(1_000);
    const second = await rotate("r2");
    expect(answers.has(second)).to.equal(false);
    expect(await refused(client.rotateSigningKey({}))).to.equal("INVALID_FIELD request_id");

    clock.forward(aheadMs + maxAccessTokenTtlMs + 5 * minuteMs);
    await served.app.keys.reread();
    expect(await published(served)).to.deep.equal([second]);
    const kept = (await rows(served)).map(({ private_key }) => private_key !== null);
    expect(kept).to.deep.equal([false, false, true]);
    expect(answers.has(await rotate("r1"))).to.equal(true);
    expect(await rows(served)).to.have.length(3);
  });

  it("are 32 at most, and rotated again when one has ended", async () => {
    await using served = await serveUsers();
    const { client, clock } = served;
    const rotate = async (requestId: string) =>
      (await client.rotateSigningKey({ requestId })).keyId;
    clock.forward(1_000);
    const first = await rotate("r1");
    clock.forward(minuteMs);
    for (let request = 2; request < 32; request++) await rotate(`r${request}`);
    expect(await published(served)).to.have.length(32);
    expect(await refused(rotate("r32"))).to.match(/^TOO_MANY_SIGNING_KEYS/);
    expect(await rotate("r1")).to.equal(first);
    expect(await rows(served)).to.have.length(32);

    clock.forward(aheadMs + maxAccessTokenTtlMs + 4 * minuteMs);
    await served.app.keys.reread();
    expect(await published(served)).to.have.length(31);
    expect(await rotate("r32")).not.to.equal("");
  });

  it("of a rotation elsewhere are noticed by reading again, in time to sign with them", async () => {
    await using one = await serveUsers();
    await using other = await serveUsers({ url: one.url, clock: one.clock });
    await registerAnn(one);
    one.clock.forward(1_000);
    const { keyId } = await one.client.rotateSigningKey({ requestId: "r1" });
    expect(await published(other)).to.have.length(1);
    one.clock.forward(minuteMs);
    await other.app.keys.reread();
    expect(await published(other)).to.contain(keyId);
    one.clock.forward(aheadMs);
    expect(kidOf(await accessTokenOf(other))).to.equal(keyId);
    expect(kidOf(await accessTokenOf(one))).to.equal(keyId);
  });

  it("are kept when reading them fails", async () => {
    await using served = await serveUsers();
    const before = await published(served);
    await served.db.run(sql("test_hide", "alter table signing_keys rename to hidden"));
    const failed = await served.app.keys.reread().catch(() => "failed");
    expect(failed).to.equal("failed");
    expect(await published(served)).to.deep.equal(before);
  });
});

describe("private signing keys", () => {
  it("are encrypted at rest, those from before as well, and useless without the key", async () => {
    await using plain = await serveUsers();
    await registerAnn(plain);
    const { url, clock } = plain;
    const [readable] = await rows(plain);
    expect(readable?.encryption).to.equal("NONE");
    expect(Buffer.from(readable?.private_key ?? "", "base64")).to.have.length(48);

    const key = encryptionKey();
    clock.forward(1_000);
    await using sealed = await serveUsers({ url, clock, encryptionKey: key });
    await sealed.client.rotateSigningKey({ requestId: "r1" });
    const all = await rows(sealed);
    expect(all.map(({ encryption }) => encryption)).to.deep.equal(["AES-256-GCM", "AES-256-GCM"]);
    expect(all[0]?.key_id).to.equal(readable?.key_id);
    expect(all[0]?.private_key).not.to.equal(readable?.private_key);
    expect(kidOf(await accessTokenOf(sealed))).to.equal(readable?.key_id);

    await using _again = await openApp({ url, encryptionKey: key });
    const failure = (options: object) =>
      openApp({ url, ...options }).then(
        () => "opened",
        (error: Error) => error.message,
      );
    expect(await failure({})).to.contain("KEY_ENCRYPTION_KEY is not set");
    expect(await failure({ encryptionKey: encryptionKey() })).to.contain("not encrypted with this");
  });

  it("cannot be swapped for each other", async () => {
    await using served = await serveUsers({ encryptionKey: encryptionKey() });
    await served.client.rotateSigningKey({ requestId: "r1" });
    const swap = sql(
      "test_swap",
      `update signing_keys a set private_key = b.private_key from signing_keys b where a.key_id <> b.key_id`,
    );
    await served.db.run(swap);
    const failed = await served.app.keys.reread().catch((error: Error) => error.message);
    expect(failed).to.contain("not encrypted with this");
  });
});
