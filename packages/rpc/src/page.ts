import { decodePageToken, encodePageToken, type Filters, type KeyForm } from "./pageToken.ts";

/** A list that is answered page by page, by key, never by counting. */
export interface KeysetList<Row> {
  /** Names the list in its page tokens. */
  readonly kind: string;
  readonly filters: Filters;
  readonly pageSize: number;
  readonly pageToken: string;
  /** At most `limit` rows that come strictly after the key (undefined: from the beginning), in the order of the list. */
  read(after: readonly string[] | undefined, limit: number): Promise<readonly Row[]>;
  /** What the parts of a sort key are. */
  readonly keyForm: KeyForm;
  /** The sort key of a row, unique within the list. */
  keyOf(row: Row): readonly string[];
}

/** One page, and the token of the next one; "" on the last page. Throws the Refusal INVALID_PAGE_TOKEN. */
export async function readPage<Row>(
  list: KeysetList<Row>,
): Promise<{ readonly rows: readonly Row[]; readonly nextPageToken: string }> {
  const { kind, filters, pageSize, pageToken, keyForm } = list;
  const after = decodePageToken(kind, filters, pageToken, keyForm);
  const found = await list.read(after, pageSize + 1); // One more tells whether there is a next page.
  const rows = found.slice(0, pageSize);
  const last = rows.at(-1);
  const hasMore = found.length > pageSize && last !== undefined;
  return { rows, nextPageToken: hasMore ? encodePageToken(kind, filters, list.keyOf(last)) : "" };
}
