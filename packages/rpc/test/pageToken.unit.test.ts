import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import { decodePageToken, encodePageToken, type KeyForm, Refusal, readPage } from "../src/index.ts";

const filters = { userId: "u-1", state: 3, placedAfter: new Date(0) };
const key = ["2026-01-01T00:00:00.000Z", "o-1"];
const form = ["time", "id"] as const;

const refusal = (decode: () => unknown): Refusal => {
  try {
    decode();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("expected a refusal");
};

describe("a page token", () => {
  it("leads back to the key it was made from, whatever the order of the filters", () => {
    const token = encodePageToken("orders", filters, key);
    expect(token).to.match(/^[\w-]+$/);
    const shuffled = { placedAfter: new Date(0), state: 3, userId: "u-1" };
    expect(decodePageToken("orders", shuffled, token, form)).to.deep.equal(key);
  });

  it("is absent for the first page", () => {
    expect(decodePageToken("orders", filters, "", form)).to.equal(undefined);
  });

  const token = encodePageToken("orders", filters, key);
  const forged = Buffer.from(JSON.stringify(["AAAAAAAAAAAA", "x"])).toString("base64url");
  const wrong: readonly [what: string, kind: string, of: object, token: string][] = [
    ["of another list", "users", filters, token],
    ["for other filters", "orders", { ...filters, state: 4 }, token],
    ["for fewer filters", "orders", { userId: "u-1" }, token],
    ["that is no token", "orders", filters, "garbage!"],
    ["that was cut", "orders", filters, token.slice(0, -3)],
    ["that somebody made up", "orders", filters, forged],
    ["of JSON that is no list", "orders", filters, Buffer.from("{}").toString("base64url")],
    ["of enormous length", "orders", filters, "A".repeat(1_000_000)],
  ];
  for (const [what, kind, of, given] of wrong) {
    it(`${what} is refused by name`, () => {
      const { reason, violations } = refusal(() => decodePageToken(kind, { ...of }, given, form));
      expect(reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
      expect(violations.map(({ field }) => field)).to.deep.equal(["page_token"]);
    });
  }
});

describe("a page token with the right checksum, which anybody can compute", () => {
  const decode = (forged: readonly string[], of: KeyForm) =>
    decodePageToken("orders", filters, encodePageToken("orders", filters, forged), of);
  const first = "2026-01-01T00:00:00.000Z";
  const wrong: readonly [what: string, key: readonly string[], of: KeyForm][] = [
    ["no key", [], form],
    ["a part too few", [first], form],
    ["a part too many", [first, "o-1", "o-2"], form],
    ["no time", ["yesterday", "o-1"], form],
    ["a day that no month has", ["2026-02-32T00:00:00.000Z", "o-1"], form],
    ["a day that February has not", ["2024-02-30T00:00:00.000Z", "o-1"], form],
    ["the year 0", ["0000-01-01T00:00:00.000Z", "o-1"], form],
    ["a year of six digits", ["+275760-09-13T00:00:00.000Z", "o-1"], form],
    ["what PostgreSQL would take for a time", ["infinity", "o-1"], form],
    ["NUL in an id", [first, "o\0"], form],
    ["no id", [first, ""], form],
    ["an id of 65 characters", [first, "o".repeat(65)], form],
    ["a version beyond 32 bits", ["2147483648"], ["version"]],
    ["a negative version", ["-1"], ["version"]],
    ["the sequence 0", ["0"], ["sequence"]],
    ["a sequence of 17 digits", ["1".repeat(17)], ["sequence"]],
  ];
  for (const [what, forged, of] of wrong) {
    it(`is refused by name when its key has ${what}`, () => {
      expect(refusal(() => decode(forged, of)).reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
    });
  }

  const right: readonly [key: readonly string[], of: KeyForm][] = [
    [["0001-01-01T00:00:00.000Z", "o".repeat(64)], form],
    [["9999-12-31T23:59:59.999Z", "o"], form],
    [
      ["2147483647", "0"],
      ["version", "version"],
    ],
    [
      ["1", "9".repeat(16)],
      ["sequence", "sequence"],
    ],
  ];
  for (const [edge, of] of right) {
    it(`is taken with the key ${edge.map((part) => part.slice(0, 24))}`, () => {
      expect(decode(edge, of)).to.deep.equal(edge);
    });
  }
});

describe("reading page by page", () => {
  const all = ["a", "b", "c", "d", "e"];
  const read = async (after: readonly string[] | undefined, limit: number) =>
    all.filter((row) => after?.[0] === undefined || row > after[0]).slice(0, limit);
  const page = (pageToken: string, pageSize: number) =>
    readPage({
      kind: "letters",
      filters: {},
      pageSize,
      pageToken,
      read,
      keyForm: ["id"],
      keyOf: (row) => [row],
    });

  it("yields every row once, and no token after the last", async () => {
    const pages: (readonly string[])[] = [];
    let token = "";
    do {
      const { rows, nextPageToken } = await page(token, 2);
      pages.push(rows);
      token = nextPageToken;
    } while (token !== "");
    expect(pages).to.deep.equal([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("ends with a full page without promising another", async () => {
    expect((await page("", 5)).nextPageToken).to.equal("");
  });
});
