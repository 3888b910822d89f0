import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startStack, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { createAdministrator } from "../src/stack/administrator.ts";
import { failureOf } from "./support.ts";

describe("the administrator of a stack", () => {
  it("is told with a password that is accepted, or not at all", async () => {
    const dataDir = testFolder("administrator");
    await using stack = await startStack({
      ...{ dataDir, services: ["user"], databases: ["user"], portBase: "free" },
      ...{ postgres: { fsync: false }, administrator: true },
    });
    const targets = { userAddress: stack.address("user"), gatewayAddress: "127.0.0.1:8080" };
    expect(stack.administrator).to.include({ email: "admin@waybill.local" });
    expect(await createAdministrator(dataDir, targets)).to.deep.equal(stack.administrator);
    writeFileSync(join(dataDir, "identity", "admin-password"), "of-another-folder\n");
    const { message } = await failureOf(createAdministrator(dataDir, targets));
    expect(message).to.include("another password").and.include("/api/users/admin/password");
    expect(message).to.include(`--data-dir ${dataDir}`).and.not.include("of-another-folder");
  });
});
