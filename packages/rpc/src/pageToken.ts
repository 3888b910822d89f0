import { createHash } from "node:crypto";
import { ErrorReason } from "@waybill/contracts/errors";
import { refuse } from "./refusal.ts";

/** What a list is filtered by. A token is only good for the filters it was issued for. */
export type Filters = Readonly<
  Record<string, string | number | bigint | boolean | Date | undefined>
>;

/** The longest token that is looked at. Unit: characters. */
const maxLength = 1024;

/** Enough of the digest to notice a token of another list, or one that somebody made up. */
const checksumBytes = 9;

/**
 * The opaque token of the page that begins after `key`, the sort key of the last entry answered.
 * `kind` names the list.
 */
export function encodePageToken(kind: string, filters: Filters, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([checksum(kind, filters, key), ...key])).toString("base64url");
}

/**
 * The key after which the page begins; undefined for "", the first page. Throws the Refusal
 * INVALID_PAGE_TOKEN for a token that this list has not issued, or for other filters.
 */
export function decodePageToken(
  kind: string,
  filters: Filters,
  token: string,
): readonly string[] | undefined {
  if (token === "") return undefined;
  const [given, ...key] = token.length > maxLength ? [] : parse(token);
  if (given === undefined || given !== checksum(kind, filters, key)) {
    throw refuse.invalid(
      [
        {
          field: "page_token",
          description: "must be the next_page_token of the page before, with the same filters",
        },
      ],
      ErrorReason.INVALID_PAGE_TOKEN,
    );
  }
  return key;
}

function parse(token: string): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(value) && value.every((part) => typeof part === "string") ? value : [];
  } catch {
    return []; // Not a token at all, which the caller is told like any other wrong one.
  }
}

function checksum(kind: string, filters: Filters, key: readonly string[]): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([kind, sorted, key]))
    .digest()
    .subarray(0, checksumBytes)
    .toString("base64url");
}
