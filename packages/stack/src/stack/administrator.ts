import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import { Role, UserServiceDefinition } from "@waybill/contracts/user";
import { createClient, refusalOf } from "@waybill/rpc";
import { dataDirFlag, shown } from "./dataDirFlag.ts";
import { operatorToken } from "./identity.ts";

/** How to log in as the administrator of a local stack. */
export interface Administrator {
  email: string;
  password: string;
}

const USER_ID = "admin";
const EMAIL = "admin@waybill.local";

/** Where the services are that it takes. */
export interface AdministratorTargets {
  userAddress: string;
  /** For people, to set another password there. */
  gatewayAddress: string;
}

/**
 * Opens the account of the stack's administrator, unless it is there, and logs in. Its password is made once, and kept in the data folder.
 * Rejects when the account is there with another password: with databases of another folder, or after the administrator has changed it.
 */
export async function createAdministrator(
  dataDir: string,
  { userAddress, gatewayAddress }: AdministratorTargets,
): Promise<Administrator> {
  const file = join(dataDir, "identity", "admin-password");
  const password = ownPassword(file);
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
  try {
    const { tokens } = await users.authenticate({ email: EMAIL, password });
    await users.revokeTokens({ refreshToken: tokens?.refreshToken });
  } catch (error) {
    if (refusalOf(error)?.reason !== ErrorReason.INVALID_CREDENTIALS) throw error;
    throw new Error(
      `${EMAIL} has another password than ${shown(file)} tells. To set one:\n${setting(dataDir, gatewayAddress)}`,
      { cause: error },
    );
  }
  return { email: EMAIL, password };
}

/** The command that sets a password without knowing the old one. */
function setting(dataDir: string, gatewayAddress: string): string {
  const token = `npm run -s token -- --admin${dataDirFlag(dataDir)}`;
  return `  curl -X PUT -H "authorization: Bearer $(${token})" -H 'content-type: application/json' \\
    -d '{"newPassword": "…"}' http://${gatewayAddress}/api/users/${USER_ID}/password`;
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
