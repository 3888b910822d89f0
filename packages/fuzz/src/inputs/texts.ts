import fc from "fast-check";

/** Texts that have hurt programs before: control characters, other scripts, names that mean something to JavaScript, SQL, paths, formats. */
const infamous = [
  "",
  " ",
  "\0",
  "a\0b",
  "\r\n",
  "\u001b[31m",
  "\u202eabc",
  "\ud800",
  "\udc00x",
  "\ufeff",
  "\u{1f9ea}\u{1f469}\u200d\u{1f52c}",
  "İıſK",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e999",
  "0x10",
  "9223372036854775808",
  "'; drop table orders; --",
  "$1",
  "%s%n",
  "%00",
  "../../etc/passwd",
  "*",
  ">",
  "a.b",
  "infinity",
  "-infinity",
  "now",
  "epoch",
  "2026-02-30T00:00:00Z",
  "{}",
  "[]",
  '"',
  "<script>",
] as const;

/** Where limits of texts are, and one beyond. Unit: characters. */
const edges = [1, 2, 3, 63, 64, 65, 128, 129, 200, 201, 255, 256, 257, 300, 500, 501] as const;
const longEdges = [1_000, 1_001, 1_024, 1_025, 4_096, 4_097, 8_192, 70_000] as const;

const repeated = (lengths: readonly number[]) =>
  fc
    .tuple(fc.constantFrom("a", "0", "-", "é", "\u{1f9ea}", "\0", " "), fc.constantFrom(...lengths))
    .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)));

/** Any text, and all those that nobody expects. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...infamous) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 80 }) },
  { weight: 3, arbitrary: repeated(edges) },
  { weight: 1, arbitrary: repeated(longEdges) },
);

/** An id that is well formed, and that hardly anybody has. */
export const freshId: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(..."ABCxyz019_-"), minLength: 1, maxLength: 64 })
  .filter((id) => id.length > 0);
