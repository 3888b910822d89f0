import type { createClient } from "@waybill/rpc";

type Definition = Parameters<typeof createClient>[0];

/** Whom a call is made by. */
export const callers = [
  "no token",
  "expired",
  "other issuer",
  "other audience",
  "alg none",
  "HS256 by public key",
  "tampered",
  "customer, own",
  "customer, another's",
  "admin",
  "service",
] as const;

export type CallerName = (typeof callers)[number];

/** The callers whose tokens are not valid. */
export const nobodies: readonly CallerName[] = callers.slice(0, 7);

/** The codes by which one RPC answers them. */
export interface Expected {
  /** Everybody without a valid token. */
  readonly nobody: string;
  /** A customer, asking for its own; and for another's. */
  readonly own: string;
  readonly others: string;
  readonly admin: string;
  readonly service: string;
}

/** One RPC: what is asked for (of one's own, and of another's) and how that is answered. */
export interface Row {
  readonly own: object;
  readonly others: object;
  readonly expected: Expected;
}

export type Rows<D extends Definition> = { readonly [Method in keyof D["methods"]]: Row };

const nobody = "UNAUTHENTICATED";
const denied = "PERMISSION_DENIED";

/** For services alone. What passes the guard is refused for its content, so that nothing happens. */
export const forServices = (request: object = {}, admitted = "INVALID_ARGUMENT"): Row => ({
  own: request,
  others: request,
  expected: { nobody, own: denied, others: denied, admin: denied, service: admitted },
});

export const forAdmins = (request: object = {}, admitted = "INVALID_ARGUMENT"): Row => ({
  own: request,
  others: request,
  expected: { nobody, own: denied, others: denied, admin: admitted, service: denied },
});

export const forOperators = (request: object = {}, admitted = "INVALID_ARGUMENT"): Row => ({
  own: request,
  others: request,
  expected: { nobody, own: denied, others: denied, admin: admitted, service: admitted },
});

/** For everybody who is known, whatever they ask for. */
export const forAll = (request: object = {}, admitted = "OK"): Row => ({
  own: request,
  others: request,
  expected: { nobody, own: admitted, others: admitted, admin: admitted, service: admitted },
});

/** For everybody, known or not. */
export const forAnybody = (request: object = {}, admitted = "INVALID_ARGUMENT"): Row => ({
  own: request,
  others: request,
  expected: {
    nobody: admitted,
    own: admitted,
    others: admitted,
    admin: admitted,
    service: admitted,
  },
});

/** What belongs to somebody: another's is NOT_FOUND, but for admins and services. */
export const forOwners = (own: object, others: object, foreign = "NOT_FOUND"): Row => ({
  own,
  others,
  expected: { nobody, own: "OK", others: foreign, admin: "OK", service: "OK" },
});

/** The code expected for one caller. */
export function expectedFor(caller: CallerName, { expected }: Row): string {
  if (nobodies.includes(caller)) return expected.nobody;
  switch (caller) {
    case "customer, own":
      return expected.own;
    case "customer, another's":
      return expected.others;
    case "admin":
      return expected.admin;
    default:
      return expected.service;
  }
}
