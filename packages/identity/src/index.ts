export { type Authentication, type AuthenticationSettings, authenticate } from "./authenticate.ts";
export {
  actingAs,
  type Caller,
  callerOf,
  isAdmin,
  onlyOwn,
  operator,
  type Role,
} from "./caller.ts";
export { admitUnverified, guard } from "./guard.ts";
export {
  type Issuer,
  openLocalIssuer,
  signToken,
  type TokenContent,
} from "./localIssuer.ts";
export { isOwn, ownFilter, ownUserId } from "./own.ts";
export { type Access, definePolicy, type Policy, type PolicyTable } from "./policy.ts";
export { serviceToken } from "./serviceToken.ts";
export { readTrustedIssuers, type TrustedIssuer } from "./trustedIssuers.ts";
export { bearerOf, createVerifier, type Verifier } from "./verifier.ts";
