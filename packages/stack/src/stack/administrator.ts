import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "@waybill/chassis";
import { Role, UserServiceDefinition } from "@waybill/contracts/user";
import { createClient } from "@waybill/rpc";
import { operatorToken } from "./identity.ts";

/** How to log in as the administrator of a local stack. */
export interface Administrator {
  email: string;
  password: string;
}

const USER_ID = "admin";
const EMAIL = "admin@waybill.local";

/**
 * Opens the account of the stack's administrator, unless it is there. Its password is made once, and
 * kept in the data folder. Rejects when the account is there with another password.
 */
export async function createAdministrator(
  dataDir: string,
  userAddress: string,
): Promise<Administrator> {
  const password = ownPassword(join(dataDir, "identity", "admin-password"));
  const logger = createLogger("administrator", { level: "silent", format: "json" });
  await using users = createClient(UserServiceDefinition, {
    callee: "user",
    address: userAddress,
    logger,
    token: operatorToken(dataDir, "stack"),
  });
  await users.createUser({
    userId: USER_ID,
    name: "Administrator",
    email: EMAIL,
    password,
    roles: [Role.ADMIN],
  });
  return { email: EMAIL, password };
}

function ownPassword(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const password = randomBytes(15).toString("base64url");
    writeFileSync(file, `${password}\n`, { mode: 0o600 });
    return password;
  }
}
