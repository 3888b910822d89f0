import fc from "fast-check";

/** One change to bytes. Places are shares of the length, so that they mean something for bytes of any length. */
export type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "remove"; readonly from: number; readonly to: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "copy"; readonly from: number; readonly to: number; readonly at: number }
  | { readonly kind: "double" };

const share = fc.integer({ min: 0, max: 1_000 }).map((permille) => permille / 1_000);

/** Pieces of protobuf that readers have stumbled over. */
const pieces = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], // A varint of ten bytes.
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // One that never ends.
  [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07], // 2 GiB are promised.
  Array.from({ length: 4_000 }, () => 0x0b), // Groups within groups.
  [0x0c], // The end of a group that never began.
  [0x00], // Field number 0.
  [0xfa, 0xff, 0xff, 0xff, 0x0f, 0x00], // The largest field number, empty.
  [0x0a, 0x02, 0xc3, 0x28], // No UTF-8.
  [0x0a, 0x03, 0xed, 0xa0, 0x80], // A lone surrogate.
] as const;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant("flip" as const),
    at: share,
    bit: fc.integer({ min: 0, max: 7 }),
  }),
  fc.record({
    kind: fc.constant("set" as const),
    at: share,
    byte: fc.integer({ min: 0, max: 255 }),
  }),
  fc.record({ kind: fc.constant("cut" as const), at: share }),
  fc.record({ kind: fc.constant("remove" as const), from: share, to: share }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: share,
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 16 }),
      fc.constantFrom(...pieces).map((piece) => Uint8Array.from(piece)),
    ),
  }),
  fc.record({ kind: fc.constant("copy" as const), from: share, to: share, at: share }),
  fc.constant({ kind: "double" as const }),
);

/** A few changes; most inputs have none, and are refused, if they are, for what they say. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 4 }) },
);

/** The bytes after these changes. */
export const mutated = (bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array =>
  changes.reduce(changed, bytes);

function changed(bytes: Uint8Array, change: Mutation): Uint8Array {
  const place = (part: number): number => Math.floor(part * bytes.length);
  switch (change.kind) {
    case "flip":
      return replaced(bytes, place(change.at), (byte) => byte ^ (1 << change.bit));
    case "set":
      return replaced(bytes, place(change.at), () => change.byte);
    case "cut":
      return bytes.slice(0, place(change.at));
    case "remove":
      return joined(bytes.slice(0, place(change.from)), bytes.slice(place(change.to)));
    case "insert":
      return spliced(bytes, place(change.at), change.bytes);
    case "copy":
      return spliced(bytes, place(change.at), bytes.slice(place(change.from), place(change.to)));
    case "double":
      return joined(bytes, bytes);
    default:
      return change satisfies never;
  }
}

function replaced(bytes: Uint8Array, at: number, by: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const byte = copy[at];
  if (byte !== undefined) copy[at] = by(byte);
  return copy;
}

const spliced = (bytes: Uint8Array, at: number, inside: Uint8Array): Uint8Array =>
  joined(bytes.slice(0, at), inside, bytes.slice(at));

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
