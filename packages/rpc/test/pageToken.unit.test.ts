import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import { decodePageToken, encodePageToken, Refusal, readPage } from "../src/index.ts";

const filters = { userId: "u-1", state: 3, placedAfter: new Date(0) };
const key = ["2026-01-01T00:00:00.000Z", "o-1"];

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
    expect(decodePageToken("orders", shuffled, token)).to.deep.equal(key);
  });

  it("is absent for the first page", () => {
    expect(decodePageToken("orders", filters, "")).to.equal(undefined);
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
      const { reason, violations } = refusal(() => decodePageToken(kind, { ...of }, given));
      expect(reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
      expect(violations.map(({ field }) => field)).to.deep.equal(["page_token"]);
    });
  }
});

describe("reading page by page", () => {
  const all = ["a", "b", "c", "d", "e"];
  const read = async (after: readonly string[] | undefined, limit: number) =>
    all.filter((row) => after?.[0] === undefined || row > after[0]).slice(0, limit);
  const page = (pageToken: string, pageSize: number) =>
    readPage({ kind: "letters", filters: {}, pageSize, pageToken, read, keyOf: (row) => [row] });

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
