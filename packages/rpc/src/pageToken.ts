import { createHash } from "node:crypto";
import { ErrorReason } from "@waybill/contracts/errors";
import { isId } from "@waybill/contracts/ids";
import { refuse } from "./refusal.ts";

/** What a list is filtered by. A token is only good for the filters it was issued for. */
export type Filters = Readonly<
  Record<string, string | number | bigint | boolean | Date | undefined>
>;

/** The longest token that is looked at. Unit: characters. */
const maxLength = 1024;

/** Enough of the digest to notice a token of another list, or one that was cut. Anybody can compute it. */
const checksumBytes = 9;

const maxInt32 = 2 ** 31 - 1;

/** A part of a sort key as the database can compare it. */
const isPart = {
  /** As toISOString has it, of the years 1 to 9999. */
  time: (text: string) =>
    /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString() === text, // Of 30 February, Date makes a day of March.
  id: isId,
  version: (text: string) => /^\d{1,10}$/.test(text) && Number(text) <= maxInt32,
  /** Of a message in a stream. */
  sequence: (text: string) => /^[1-9]\d{0,15}$/.test(text),
} as const satisfies Readonly<Record<string, (text: string) => boolean>>;

/** What the parts of a list's sort key are, in order. */
export type KeyForm = readonly (keyof typeof isPart)[];

/**
 * The opaque token of the page that begins after `key`, the sort key of the last entry answered.
 * `kind` names the list.
 */
export function encodePageToken(kind: string, filters: Filters, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([checksum(kind, filters, key), ...key])).toString("base64url");
}

/**
 * The key after which the page begins, of the form that the list's keys have; undefined for "", the
 * first page. Throws the Refusal INVALID_PAGE_TOKEN for a token that this list cannot have issued,
 * or for other filters.
 */
export function decodePageToken(
  kind: string,
  filters: Filters,
  token: string,
  form: KeyForm,
): readonly string[] | undefined {
  if (token === "") return undefined;
  const [given, ...key] = token.length > maxLength ? [] : parse(token);
  if (given === undefined || given !== checksum(kind, filters, key) || !isOfForm(key, form)) {
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

const isOfForm = (key: readonly string[], form: KeyForm): boolean =>
  key.length === form.length && form.every((part, index) => isPart[part](key[index] ?? ""));

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
