import { createLogger } from "@waybill/chassis";
import { sql } from "@waybill/persistence";
import { Status } from "@waybill/rpc";
import { expect } from "chai";
import { anonymous, customer, refreshGraceMs, refusal, serveUsers } from "./support/serving.ts";

/** Planted, so that they are found wherever they turn up. */
const planted = {
  password: "planted-password-1",
  wrong: "planted-password-2",
  next: "planted-password-3",
  short: "planted",
  long: `planted-${"x".repeat(200)}`,
};

describe("secrets", () => {
  it("are in no log line and no error, whatever goes wrong", async () => {
    const lines: string[] = [];
    const logger = createLogger(
      "user",
      { level: "trace", format: "json" },
      { write: (line) => void lines.push(line) },
    );
    const broken = { hash: false };
    const onHash = () => {
      if (broken.hash) throw new Error("argon2 failed");
    };
    await using served = await serveUsers({ logger, onHash });
    const { client, as, db, clock } = served;
    const errors: string[] = [];
    const failing = async (call: Promise<unknown>) => {
      const { code, message, metadata, violations } = await refusal(call);
      errors.push(JSON.stringify({ message, metadata, violations }));
      return code;
    };
    const email = "ann@example.org";
    const ann = { userId: "ann", name: "Ann", email };

    as(anonymous);
    await client.createUser({ ...ann, password: planted.password });
    await failing(client.createUser({ ...ann, name: "Anne", password: planted.next }));
    await failing(client.createUser({ ...ann, password: planted.short }));
    await failing(client.createUser({ ...ann, password: planted.long }));
    const { tokens } = await client.authenticate({ email, password: planted.password });
    await failing(client.authenticate({ email, password: planted.wrong }));
    await failing(client.authenticate({ email, password: planted.long }));
    await failing(client.authenticate({ email, password: planted.wrong, clientAddress: "?" }));
    const refreshToken = tokens?.refreshToken ?? "";
    const refreshed = (await client.refreshTokens({ refreshToken })).tokens;
    clock.forward(refreshGraceMs);
    await failing(client.refreshTokens({ refreshToken }));

    as(customer("ann"));
    const change = { userId: "ann", newPassword: planted.next };
    await failing(client.setPassword({ ...change, currentPassword: planted.wrong }));
    await failing(client.setPassword({ ...change, newPassword: planted.short }));
    await client.setPassword({ ...change, currentPassword: planted.password });

    broken.hash = true;
    const login = { email, password: planted.next };
    expect(await failing(client.authenticate(login))).to.equal(Status.INTERNAL);
    broken.hash = false;
    await db.run(sql("test_break", "alter table refresh_tokens rename to broken"));
    expect(await failing(client.authenticate(login))).to.equal(Status.INTERNAL);
    const lastToken = { refreshToken: refreshed?.refreshToken ?? "" };
    expect(await failing(client.refreshTokens(lastToken))).to.equal(Status.INTERNAL);

    const secrets = [
      "planted",
      ...[tokens, refreshed].flatMap((some) => [some?.accessToken, some?.refreshToken]),
    ];
    expect(lines.join("")).to.contain("argon2 failed").and.contain("refresh_tokens");
    for (const secret of secrets) {
      expect(secret).to.be.a("string").and.not.equal("");
      for (const text of [...lines, ...errors]) expect(text).not.to.contain(secret);
    }
  });
});
