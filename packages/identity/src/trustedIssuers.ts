import { readFileSync } from "node:fs";
import { ConfigError } from "@waybill/chassis";
import { z } from "zod";

/** Algorithms of public keys. No others: with "none" or a shared secret anybody could sign. */
const algorithms = z.enum(["EdDSA", "RS256", "ES256"]);

const keys = z.discriminatedUnion("kind", [
  /** A JSON Web Key Set in a file, which is read again when a key is unknown. */
  z.strictObject({ kind: z.literal("file"), path: z.string().min(1) }),
  /** The same by HTTP; `tokenFile` holds a bearer token to ask with, as Kubernetes wants one. */
  z.strictObject({
    kind: z.literal("url"),
    url: z.url({ protocol: /^https?$/ }),
    tokenFile: z.string().min(1).optional(),
  }),
  /** UserService.ListSigningKeys at this address. */
  z.strictObject({ kind: z.literal("user-service"), address: z.string().min(1) }),
]);

const trustedIssuer = z.strictObject({
  /** The `iss` of its tokens. */
  issuer: z.string().min(1),
  /** What must be among their `aud`. */
  audience: z.string().min(1),
  algorithms: z.array(algorithms).min(1),
  keys,
  /** Whom its tokens stand for: `sub` is a user's id, or names a service. */
  subjects: z.enum(["users", "services"]),
  /** Of services on Kubernetes: the namespaces whose service accounts are trusted. Default: none. */
  namespaces: z.array(z.string().min(1)).optional(),
});

/** Somebody whose tokens are accepted. */
export type TrustedIssuer = z.infer<typeof trustedIssuer>;

const list = z
  .array(trustedIssuer)
  .min(1)
  .refine((issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length, {
    error: "each issuer once",
  });

const expected = "a JSON array of issuers, or the path of a file with one";

/**
 * Reads TRUSTED_ISSUERS: a JSON array, or the path of a JSON file. Throws a ConfigError that names
 * what is wrong.
 */
export function readTrustedIssuers(text: string): readonly TrustedIssuer[] {
  const parsed = list.safeParse(parse(text));
  if (!parsed.success) throw problem(`cannot be used: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("[") ? text : readFileSync(text, "utf8"));
  } catch (cause) {
    throw problem(`cannot be read: ${(cause as Error).message}`);
  }
}

const problem = (found: string): ConfigError =>
  new ConfigError([{ variable: "TRUSTED_ISSUERS", found, expected }]);
