import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { createVerifier } from "@waybill/identity";
import { createClient, Metadata } from "@waybill/rpc";
import { freePort, testServers } from "@waybill/stack";
import { expect } from "chai";
import { readConfig } from "../src/config.ts";
import { password, refused, silent } from "./support/serving.ts";

const main = new URL("../src/main.ts", import.meta.url).pathname;

interface ServiceProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
}

/** Starts the service as a process of its own; it is ready. Disposal kills what is left of it. */
async function startProcess(env: Record<string, string>): Promise<ServiceProcess> {
  const args = ["--import", "@waybill/chassis/telemetry", main];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, LOG_LEVEL: "trace", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout })
    .on("line", (line) => {
      lines.push(line);
      if (String(JSON.parse(line).msg).startsWith("ready on")) ready.resolve();
    })
    .on("close", () => ready.reject(new Error(`ended: ${lines.at(-1)}`)));
  await ready.promise;
  return { child, lines, [Symbol.asyncDispose]: async () => void child.kill("SIGKILL") };
}

describe("the process", () => {
  it("registers, logs in, and trusts its own tokens; logs no secret; stops with code 0", async () => {
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const issuer = {
      issuer: "shop",
      audience: "shop-services",
      algorithms: ["EdDSA" as const],
      keys: { kind: "user-service" as const, address },
      subjects: "users" as const,
    };
    await using started = await startProcess({
      PORT: String(port),
      DATABASE_URL: await (await testServers()).databaseUrl("user"),
      TOKEN_ISSUER: issuer.issuer,
      TOKEN_AUDIENCE: issuer.audience,
      TRUSTED_ISSUERS: JSON.stringify([issuer]),
      KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    });
    const { child, lines } = started;
    await using client = createClient(UserServiceDefinition, {
      callee: "user-process",
      address,
      logger: silent,
    });
    const email = "ann@example.org";
    await client.createUser({ userId: "ann", name: "Ann", email, password });
    const { tokens } = await client.authenticate({ email, password, clientAddress: "::1" });
    const { accessToken = "", refreshToken = "" } = tokens ?? {};

    await using verifier = createVerifier({ issuers: [issuer], logger: silent });
    const caller = await verifier.verify(accessToken);
    expect(caller).to.include({ kind: "user", userId: "ann" });

    const asAnn = { metadata: Metadata({ authorization: `Bearer ${accessToken}` }) };
    expect((await client.getUser({ userId: "ann" }, asAnn)).user?.name).to.equal("Ann");
    expect(await refused(client.getUser({ userId: "ann" }))).to.equal("TOKEN_MISSING");
    const rotation = client.rotateSigningKey({ requestId: "r" }, asAnn);
    expect(await refused(rotation)).to.equal("NOT_ALLOWED");
    const listing = client.listUsers({}, asAnn);
    expect(await refused(listing)).to.equal("NOT_ALLOWED");

    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
    for (const secret of [password, accessToken, refreshToken])
      expect(lines.join("\n")).not.to.contain(secret);
  });
});

describe("the configuration", () => {
  const base = { PORT: "1", DATABASE_URL: "postgresql://127.0.0.1/x" };

  it("has defaults", () => {
    expect(readConfig(base)).to.include({
      TOKEN_ISSUER: "waybill",
      TOKEN_AUDIENCE: "waybill",
      ACCESS_TOKEN_TTL: 600_000,
      REFRESH_TOKEN_TTL: 2_592_000_000,
      REFRESH_TOKEN_GRACE: 20_000,
      KEY_ENCRYPTION_KEY: undefined,
    });
  });

  it("is refused with a key of another length, which is not shown, and tokens that live for long", () => {
    const wrong = { KEY_ENCRYPTION_KEY: "c2VjcmV0", ACCESS_TOKEN_TTL: "2h" };
    expect(() => readConfig({ ...base, ...wrong }))
      .to.throw("KEY_ENCRYPTION_KEY is set, but not usable; expected 32 bytes in base64")
      .with.property("message")
      .that.contains("ACCESS_TOKEN_TTL")
      .and.does.not.contain("c2VjcmV0");
  });
});
