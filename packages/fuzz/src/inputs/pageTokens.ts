import { encodePageToken, type Filters } from "@waybill/rpc";

/** The lists, by the names in their tokens, with filters that inputs often have. */
function lists(userIds: readonly string[]): readonly (readonly [kind: string, filters: Filters])[] {
  const perUser = ["", ...userIds].flatMap((userId): [string, Filters][] => [
    ["deliveries", { userId }],
    ["shipments", { userId }],
    ["notifications", { userId, orderId: "" }],
    ["payments", { userId, state: 0 }],
    ["statuses", { userId, state: 0 }],
  ]);
  const plain = ["items", "users", "dead-letters", "dead-letter-decisions", "processes"];
  return [...perUser, ...plain.map((kind): [string, Filters] => [kind, {}])];
}

/** Keys that no list has issued: of other lengths, and of what is no time, no id and no number. */
const keys: readonly (readonly string[])[] = [
  [],
  ["x"],
  ["", ""],
  ["yesterday", "of-alice"],
  ["2026-13-45T00:00:00.000Z", "of-alice", "1"],
  ["infinity", "\0", "9999999999999"],
  ["+275760-09-13T00:00:00.000Z", "of-alice", "x"],
];

/** Tokens as somebody makes them who has read the code: their checksum is right, and nothing else. */
export const forgedPageTokens = (userIds: readonly string[]): readonly string[] =>
  lists(userIds).flatMap(([kind, filters]) =>
    keys.map((key) => encodePageToken(kind, filters, key)),
  );
