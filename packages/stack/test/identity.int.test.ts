import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLogger } from "@waybill/chassis";
import { createVerifier, readTrustedIssuers } from "@waybill/identity";
import { expect } from "chai";
import { testFolder } from "../src/index.ts";
import { openIdentity, operatorToken, stackIssuer } from "../src/stack/identity.ts";
import { planStack } from "../src/stack/plan.ts";

const logger = createLogger("stack-test", { level: "silent", format: "json" });
const cli = join(import.meta.dirname, "../src/tokenCli.ts");

describe("the identity of a stack", () => {
  it("gives each process a token that the others trust, and keeps its key to itself", async () => {
    const dataDir = testFolder("identity");
    using identity = await openIdentity(dataDir, await planStack({ portBase: "free" }));
    const { TRUSTED_ISSUERS = "", SERVICE_TOKEN_FILE = "" } = identity.variablesOf("shipping");
    const issuers = readTrustedIssuers(TRUSTED_ISSUERS);
    await using verifier = createVerifier({ issuers, logger });
    const run = promisify(execFile);
    const shipping = await run("cat", [SERVICE_TOKEN_FILE]);
    expect(await verifier.verify(shipping.stdout)).to.include({ name: "shipping" });
    expect(await verifier.verify(await operatorToken(dataDir)())).to.include({ name: "operator" });
    expect(statSync(join(dataDir, "identity/key.json")).mode & 0o077).to.equal(0);
    expect(statSync(SERVICE_TOKEN_FILE).mode & 0o077).to.equal(0);

    const printed = async (...args: string[]) => {
      const { stdout } = await run(process.execPath, [cli, "--data-dir", dataDir, ...args]);
      return verifier.verify(stdout.trim());
    };
    expect(await printed("alice")).to.deep.include({ userId: "alice", roles: ["customer"] });
    expect(await printed("--admin")).to.deep.include({ roles: ["customer", "admin"] });
    expect(await printed("--service", "workflow")).to.include({ name: "workflow" });
  });

  it("gives no token to a service or user that cannot be", async () => {
    const refusal = async (...args: string[]) =>
      promisify(execFile)(process.execPath, [cli, ...args]).catch((error: Error) => error.message);
    expect(await refusal("--service", "wrkflow")).to.contain('"wrkflow" is not one of order,');
    expect(await refusal("al ice")).to.contain('"al ice" is no user\'s id');
  });

  it("gives no token where no stack has ever been", async () => {
    const error = await stackIssuer(testFolder("nothing")).catch((thrown: Error) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message").that.includes("No stack");
  });
});
