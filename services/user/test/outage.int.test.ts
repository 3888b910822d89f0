import { Status } from "@waybill/rpc";
import { startPostgres, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { logIn, refusal, registerAnn, serveUsers } from "./support/serving.ts";

describe("while PostgreSQL is away", () => {
  it("every call is UNAVAILABLE, and keys are still told", async () => {
    await using postgres = await startPostgres({ dataDir: testFolder("outage"), fsync: false });
    await using served = await serveUsers({ url: await postgres.createDatabase("user") });
    const { client } = served;
    await registerAnn(served);
    const { tokens } = await logIn(served);
    await postgres.kill("SIGKILL");
    const calls = {
      getUser: () => client.getUser({ userId: "ann" }),
      listUsers: () => client.listUsers({}),
      createUser: () => registerAnn(served),
      setPassword: () => client.setPassword({ userId: "ann", newPassword: "12345678" }),
      authenticate: () => logIn(served),
      refreshTokens: () => client.refreshTokens({ refreshToken: tokens?.refreshToken ?? "" }),
      revokeTokens: () => client.revokeTokens({ refreshToken: "x" }),
      rotateSigningKey: () => client.rotateSigningKey({ requestId: "r" }),
    };
    for (const [name, call] of Object.entries(calls))
      expect((await refusal(call())).code, name).to.equal(Status.UNAVAILABLE);
    expect((await client.listSigningKeys({})).jwksJson).to.contain("Ed25519");
  });
});
