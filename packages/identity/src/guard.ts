import { ErrorReason } from "@waybill/contracts/errors";
import { type Authorize, bearerScheme, type Refusal, type RunAsCaller, refuse } from "@waybill/rpc";
import { actingAs, type Caller, isAdmin, operator } from "./caller.ts";
import type { Access, PolicyTable } from "./policy.ts";
import { bearerOf, type Verifier } from "./verifier.ts";

const anonymous: Caller = { kind: "anonymous" };
const nobody: readonly Access[] = [];

/**
 * Admits a call when its token is valid and the policy of its RPC allows it; an RPC without a policy
 * is for nobody. UNAUTHENTICATED: TOKEN_MISSING, INVALID_TOKEN, TOKEN_EXPIRED; PERMISSION_DENIED:
 * NOT_ALLOWED. For a public RPC a token that is not valid counts as none, so that somebody whose
 * token has ended can get a new one.
 */
export function guard(policies: readonly PolicyTable[], verifier: Verifier): Authorize {
  const access = new Map(policies.flatMap((policy) => [...policy.access]));
  return ({ path, metadata }) => {
    const allowed = access.get(path) ?? nobody;
    const token = bearerOf(metadata.get("authorization"));
    if (token === undefined) return admit(anonymous, allowed, path);
    const known = verifier.known(token);
    if (known !== undefined) return admit(known, allowed, path);
    return verifier.verify(token).then(
      (caller) => admit(caller, allowed, path),
      (error: unknown) => {
        if (allowed.includes("public")) return admit(anonymous, allowed, path);
        throw error;
      },
    );
  };
}

function admit(caller: Caller, allowed: readonly Access[], path: string): RunAsCaller {
  if (isAllowed(caller, allowed)) return (work) => actingAs(caller, work);
  if (caller.kind === "anonymous") throw tokenMissing();
  throw refuse.permissionDenied(ErrorReason.NOT_ALLOWED, `The caller may not call ${path}`);
}

/** The refusal of a caller who does not say who it is. */
export const tokenMissing = (): Refusal =>
  refuse.unauthenticated(ErrorReason.TOKEN_MISSING, "This call needs a bearer token", bearerScheme);

function isAllowed(caller: Caller, allowed: readonly Access[]): boolean {
  if (allowed.includes("public")) return true;
  switch (caller.kind) {
    case "anonymous":
      return false;
    case "user":
      return allowed.includes("customer") || (allowed.includes("admin") && isAdmin(caller));
    case "service":
      return allowed.includes("service");
    default:
      return caller satisfies never;
  }
}

/** Takes every caller for an operator. For tests and for AUTHENTICATION=off, nothing else. */
export const admitUnverified: Authorize = () => (work) => actingAs(operator, work);
