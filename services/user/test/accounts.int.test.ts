import { createLogger } from "@waybill/chassis";
import { Role } from "@waybill/contracts/user";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { Secret } from "../src/domain/secret.ts";
import {
  admin,
  anonymous,
  customer,
  logIn,
  password,
  refused,
  registerAnn,
  serveUsers,
} from "./support/serving.ts";

const hashOf = sql("test_hash_of", "select password_hash from credentials where user_id = $1");

const ann = { userId: "ann", name: "Ann", email: "ann@example.org" };

describe("accounts", () => {
  it("are opened with or without a password, and repeating it changes nothing", async () => {
    await using served = await serveUsers();
    const { client, db } = served;
    await client.createUser(ann);
    expect(await refused(logIn(served))).to.equal("INVALID_CREDENTIALS");
    // Whoever knows the id and address of an account must not take it over by a password.
    const { user } = await client.createUser({ ...ann, email: " Ann@Example.ORG ", password });
    expect(user).to.include(ann);
    expect(user?.roles).to.deep.equal([Role.CUSTOMER]);
    expect(await db.rows(hashOf, ["ann"])).to.deep.equal([]);

    await client.createUser({ userId: "bob", name: "Bob", email: "bob@example.org", password });
    const [before] = await db.rows<{ password_hash: string }>(hashOf, ["bob"]);
    const again = { userId: "bob", name: "Bob", email: "bob@example.org", password: "another one" };
    await client.createUser(again);
    expect(await db.rows(hashOf, ["bob"])).to.deep.equal([before]);
    expect(before?.password_hash)
      .to.match(/^\$argon2id\$/)
      .and.not.contain(password);
  });

  it("are refused with other content or a taken address", async () => {
    await using served = await serveUsers();
    const { client } = served;
    await registerAnn(served);
    const attempt = (change: object) => refused(client.createUser({ ...ann, ...change }));
    expect(await attempt({ name: "Anne" })).to.equal("CONTENT_MISMATCH");
    expect(await attempt({ email: "anne@example.org" })).to.equal("CONTENT_MISMATCH");
    expect(await attempt({ roles: [Role.ADMIN] })).to.equal("CONTENT_MISMATCH");
    expect(await attempt({ userId: "ann2" })).to.equal("EMAIL_TAKEN");
    expect(await attempt({ password: "1234567" })).to.equal("INVALID_FIELD password");
    expect(await attempt({ password: "x".repeat(129) })).to.equal("INVALID_FIELD password");
    expect(await attempt({ roles: [0] })).to.equal("INVALID_FIELD roles[0]");
  });

  it("get roles from an admin or a service only", async () => {
    await using served = await serveUsers();
    const { client, as } = served;
    const boss = { userId: "boss", name: "Boss", email: "boss@example.org", roles: [Role.ADMIN] };
    for (const caller of [anonymous, customer("boss")]) {
      as(caller);
      expect(await refused(client.createUser(boss))).to.equal("NOT_ALLOWED");
    }
    as(admin);
    const { user } = await client.createUser(boss);
    expect(user?.roles).to.have.members([Role.CUSTOMER, Role.ADMIN]);
  });

  it("are seen by their owners, admins and services only", async () => {
    await using served = await serveUsers();
    const { client, as } = served;
    await registerAnn(served);
    for (const caller of [admin, customer("ann")]) {
      as(caller);
      expect((await client.getUser({ userId: "ann" })).user).to.include(ann);
    }
    as(customer("bob"));
    expect(await refused(client.getUser({ userId: "ann" }))).to.equal("USER_NOT_FOUND");
  });

  it("that cannot be read in a batch are told to the log", async () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const logger = createLogger("user", { level: "error", format: "json" }, { write });
    await using served = await serveUsers({ logger });
    await served.db.run(sql("test_break", "alter table accounts rename to broken"));
    await served.client.batchGetUsers({ userIds: ["ann"] });
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.contain('relation \\"accounts\\" does not exist');
  });

  it("opened by many at once are one, with one of their passwords", async () => {
    await using served = await serveUsers();
    const { client } = served;
    const passwords = Array.from({ length: 8 }, (_, n) => `password ${n}`);
    await Promise.all(passwords.map((given) => client.createUser({ ...ann, password: given })));
    let successes = 0;
    for (const given of passwords) {
      const result = await served.app.authenticate({
        email: ann.email,
        password: new Secret(given),
        clientAddress: undefined,
      });
      served.clock.forward(3_600_000);
      if (result.kind === "loggedIn") successes += 1;
    }
    expect(successes).to.equal(1);
  });
});

describe("setting a password", () => {
  const set = (served: Awaited<ReturnType<typeof serveUsers>>, current: string, next: string) =>
    served.client.setPassword({ userId: "ann", currentPassword: current, newPassword: next });

  it("needs the current one of a customer, and revokes what was logged in", async () => {
    await using served = await serveUsers();
    const { client, as } = served;
    await registerAnn(served);
    const { tokens } = await logIn(served);
    as(customer("ann"));
    expect(await refused(set(served, "wrong", "a new password"))).to.equal("INVALID_CREDENTIALS");
    expect(await refused(set(served, "", "a new password"))).to.equal("INVALID_CREDENTIALS");
    await set(served, password, "a new password");
    const refreshToken = tokens?.refreshToken ?? "";
    expect(await refused(client.refreshTokens({ refreshToken }))).to.equal("INVALID_TOKEN");
    expect(await refused(logIn(served))).to.equal("INVALID_CREDENTIALS");
    await logIn(served, { password: "a new password" });
  });

  it("repeated is a success that leaves later logins alone", async () => {
    await using served = await serveUsers();
    await registerAnn(served);
    served.as(customer("ann"));
    await set(served, password, "a new password");
    const { tokens } = await logIn(served, { password: "a new password" });
    await set(served, password, "a new password");
    await served.client.refreshTokens({ refreshToken: tokens?.refreshToken ?? "" });
  });

  it("needs no current one of an admin, nor where there is none", async () => {
    await using served = await serveUsers();
    const { client, as } = served;
    await client.createUser(ann);
    as(customer("ann"));
    await set(served, "", "the first one");
    await logIn(served, { password: "the first one" });
    as(admin);
    await set(served, "", "what admin says");
    await logIn(served, { password: "what admin says" });
    const unknown = { userId: "nobody", newPassword: "12345678" };
    expect(await refused(client.setPassword(unknown))).to.equal("USER_NOT_FOUND");
    as(customer("bob"));
    expect(await refused(set(served, "what admin says", "12345678"))).to.equal("USER_NOT_FOUND");
  });

  it("limits guesses of the current one, together with logins", async () => {
    await using served = await serveUsers({ perAccount: 3 });
    await registerAnn(served);
    served.as(customer("ann"));
    for (const guess of ["one", "two"])
      expect(await refused(set(served, guess, "12345678"))).to.equal("INVALID_CREDENTIALS");
    expect(await refused(logIn(served, { password: "three" }))).to.equal("INVALID_CREDENTIALS");
    expect(await refused(set(served, password, "12345678"))).to.equal("TOO_MANY_ATTEMPTS");
    served.as(admin); // A new password makes the failures of the old one irrelevant.
    await set(served, "", "what admin says");
    await logIn(served, { password: "what admin says" });
  });
});
