import { UserServiceDefinition } from "@waybill/contracts/user";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Anybody may register, log in and fetch the public keys; customers see and change their own account. */
export const policy = definePolicy(UserServiceDefinition, {
  createUser: ["public"],
  getUser: ["customer", "admin", "service"],
  batchGetUsers: ["admin", "service"],
  listUsers: ["admin", "service"],
  setPassword: ["customer", "admin"],
  authenticate: ["public"],
  refreshTokens: ["public"],
  revokeTokens: ["public"],
  listSigningKeys: ["public"],
  rotateSigningKey: ["admin"],
});
