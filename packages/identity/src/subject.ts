import { isId } from "@waybill/contracts/ids";
import type { JWTPayload } from "jose";
import type { Caller, Role } from "./caller.ts";
import type { TrustedIssuer } from "./trustedIssuers.ts";

const service = /^service:([a-z0-9-]{1,64})$/;
const serviceAccount = /^system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)$/;

/** Whom the claims of a verified token stand for; undefined when the issuer may not say that. */
export function subjectOf(
  { sub = "", roles }: JWTPayload,
  issuer: TrustedIssuer,
  token: string,
): Caller | undefined {
  if (issuer.subjects === "users")
    return isId(sub) ? { kind: "user", userId: sub, roles: rolesOf(roles), token } : undefined;
  const name = service.exec(sub)?.[1] ?? accountName(sub, issuer.namespaces ?? []);
  return name === undefined ? undefined : { kind: "service", name };
}

/** In a cluster anybody may get a token for any audience; the namespace is what tells us from them. */
function accountName(sub: string, namespaces: readonly string[]): string | undefined {
  const [, namespace = "", name] = serviceAccount.exec(sub) ?? [];
  return namespaces.includes(namespace) ? name : undefined;
}

/** A role that is not known gives nothing. */
function rolesOf(claim: unknown): readonly Role[] {
  const isAdmin = Array.isArray(claim) && claim.includes("admin");
  return isAdmin ? ["customer", "admin"] : ["customer"];
}
