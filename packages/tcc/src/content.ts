import { hash } from "node:crypto";

/** What can be hashed: JSON values and bigint; an undefined member counts as absent. */
export type HashableContent =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly HashableContent[]
  | { readonly [member: string]: HashableContent };

/**
 * The SHA-256 of a content, as 43 characters of base64url; equal for equal contents, whatever the order of their members.
 * Keep the shape of what is hashed: a stored hash of another shape would make repetitions look like other content.
 */
export function contentHash(content: HashableContent): string {
  return hash("sha256", JSON.stringify(content, canonical), "base64url");
}

function canonical(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { bigint: value.toString() };
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}
