import { argon2Sync } from "node:crypto";
import { expect } from "chai";
import { type Argon2id, passwordHasher } from "../src/app/passwordHasher.ts";
import { decodeHash, owaspCost } from "../src/domain/encodedHash.ts";
import { Secret } from "../src/domain/secret.ts";
import { cheap } from "./support/serving.ts";

const secret = new Secret("correct horse");

describe("the password hasher", () => {
  it("makes argon2id hashes with OWASP's parameters and a salt of its own", async () => {
    await using hasher = passwordHasher({ lanes: 2 });
    const encoded = await hasher.hash(secret);
    expect(encoded).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    const { salt, hash, cost } = decodeHash(encoded);
    expect(cost).to.deep.equal(owaspCost);
    const { memory, passes, parallelism } = owaspCost;
    const parameters = { memory, passes, parallelism, tagLength: 32, nonce: salt };
    expect(Buffer.from(hash)).to.deep.equal(
      argon2Sync("argon2id", { ...parameters, message: "correct horse" }),
    );
  });

  it("verifies, tells what is outdated, and salts", async () => {
    await using hasher = passwordHasher({ lanes: 2, cost: cheap });
    await using dearer = passwordHasher({ lanes: 2, cost: { ...cheap, passes: 2 } });
    const encoded = await hasher.hash(secret);
    expect(await hasher.hash(secret)).not.to.equal(encoded);
    const right = { matches: true, isOutdated: false };
    const wrong = { matches: false, isOutdated: false };
    expect(await hasher.verify(secret, encoded)).to.deep.equal(right);
    expect(await hasher.verify(new Secret("correct hors"), encoded)).to.deep.equal(wrong);
    expect(await dearer.verify(secret, encoded)).to.deep.equal({ ...right, isOutdated: true });
    expect(await dearer.verify(new Secret("x"), encoded)).to.deep.equal(wrong);
  });

  it("takes composed and decomposed characters for the same", async () => {
    await using hasher = passwordHasher({ lanes: 2, cost: cheap });
    const encoded = await hasher.hash(new Secret("caf\u00e9 au lait"));
    const decomposed = new Secret("cafe\u0301 au lait");
    expect((await hasher.verify(decomposed, encoded)).matches).to.equal(true);
  });

  it("does the same work when there is no hash to compare with", async () => {
    const work: unknown[] = [];
    const argon2id: Argon2id = async (cost, _password, salt, bytes) => {
      work.push({ cost, salt: salt.length, bytes });
      return Buffer.alloc(bytes);
    };
    await using hasher = passwordHasher({ lanes: 2, argon2id });
    const encoded = await hasher.hash(secret);
    await hasher.verify(new Secret("wrong"), encoded);
    expect((await hasher.verify(secret, undefined)).matches).to.equal(false);
    expect(work[2]).to.deep.equal(work[1]);
  });

  it("works on a few at a time, refuses what nobody would wait for, and drops who hung up", async () => {
    const gate = Promise.withResolvers<void>();
    let working = 0;
    let most = 0;
    const argon2id: Argon2id = async (_cost, _password, _salt, bytes) => {
      working += 1;
      most = Math.max(most, working);
      await gate.promise;
      working -= 1;
      return Buffer.alloc(bytes);
    };
    await using hasher = passwordHasher({ lanes: 2, argon2id });
    const caller = new AbortController();
    const gone = new Error("gone");
    const taken = Array.from({ length: 60 }, () => hasher.hash(secret));
    const dropped = hasher.hash(secret, caller.signal).catch((error: unknown) => error);
    const many = Array.from({ length: 60 }, () => hasher.hash(secret));
    const settled = Promise.allSettled([...taken, ...many]);
    caller.abort(gone);
    gate.resolve();
    const rejected = (await settled).filter((result) => result.status === "rejected");
    expect(most).to.equal(2);
    expect(await dropped).to.equal(gone);
    expect(rejected).not.to.be.empty;
    for (const { reason } of rejected) expect(reason.name).to.equal("OverloadedError");
  });
});
