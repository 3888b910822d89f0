import { byTime, date, type Model, type Models, number, time, unnest } from "../model.ts";
import type { Row, View } from "../view.ts";

export interface JournalShape {
  readonly table: string;
  /** The key's columns. */
  readonly key: readonly string[];
  /** The row as the relay reads it. */
  readonly read: (view: View, row: Row) => Row;
}

/** The key of a row in its table. */
export const keyIn = (key: readonly string[], row: Row): string =>
  key.map((column) => String(row[column])).join(".");

/** The statements of a journal, which packages/messaging makes for each. */
export function journalModels({ table, key, read }: JournalShape): Models {
  const names = [...key, "publication"].join(" ");
  const [firstKey = ""] = key;
  /** The row that is meant, unless it was taken up anew meanwhile. */
  const meant = (view: View, wanted: Row): [string, Row] | undefined => {
    const id = keyIn(key, wanted);
    const row = view.get(table, id);
    return row !== undefined && number(row, "publications") === number(wanted, "publication") - 1
      ? [id, row]
      : undefined;
  };
  const again = (view: View, [id, row]: [string, Row]): Row[] => {
    const publications = number(row, "publications") + 1;
    return view.update(table, id, { published_seq: null, publications });
  };
  const mark: Model = (view, [stream, epoch, sequences, ...keys]) => {
    const position = view.get("stream_positions", stream as string);
    if (position === undefined || position.epoch !== epoch) return [];
    const all = sequences as readonly bigint[];
    const sequence = all.reduce((a, b) => (a > b ? a : b), position.sequence as bigint);
    view.update("stream_positions", stream as string, { sequence });
    unnest(`${names} sequence`, [...keys, sequences]).forEach((wanted) => {
      const found = meant(view, wanted);
      if (found === undefined) return;
      const [before, marked] = [found[1].published_seq, wanted.sequence as bigint];
      const least = before === null || (before as bigint) > marked ? marked : before;
      view.update(table, found[0], { published_seq: least });
    });
    return [{ epoch }];
  };
  return {
    [`${table}_unpublished`]: (view, [olderThanMs, limit]) =>
      view
        .where(table, (row) => row.published_seq === null && row.publications === 0)
        .filter((row) => time(row, "occurred_at") <= +view.now - (olderThanMs as number))
        .sort(byTime("occurred_at", firstKey))
        .slice(0, limit as number)
        .map((row) => read(view, row)),
    [`${table}_lost`]: (view, [limit]) =>
      view
        .where(table, (row) => row.published_seq === null && row.publications !== 0)
        .sort(byTime("occurred_at", firstKey))
        .reverse()
        .slice(0, limit as number)
        .map((row) => read(view, row)),
    [`${table}_mark`]: mark,
    [`${table}_again`]: (view, [stream, ...keys]) => {
      const position = view.locked("stream_positions", [stream as string]);
      if (position.length === 0) return [];
      return unnest(names, keys).flatMap((wanted) => {
        const found = meant(view, wanted);
        return found === undefined ? [] : again(view, found);
      });
    },
    [`${table}_last`]: (view) => {
      const sequences = view
        .where(table, (row) => row.published_seq !== null)
        .map((row) => row.published_seq as bigint);
      return [{ last: sequences.reduce<bigint | null>(greatest, null) }];
    },
    [`${table}_forget`]: (view, [beyond, upTo, since]) =>
      view
        .entries(table)
        .filter(([, row]) => row.published_seq !== null)
        .filter(([, row]) => (row.published_seq as bigint) > (beyond as bigint))
        .filter(([, row]) => (row.published_seq as bigint) <= (upTo as bigint))
        .filter(([, row]) => time(row, "occurred_at") > +date(since))
        .flatMap((entry) => again(view, entry)),
  };
}

const greatest = (a: bigint | null, b: bigint): bigint => (a !== null && a > b ? a : b);

/** Those that all journals of a database share. */
export const positionModels: Models = {
  journal_position: (view, [stream]) => view.some("stream_positions", [stream as string]),
  journal_lock_position: (view, [stream]) => {
    const position = { stream, created_at: null, sequence: 0n, epoch: 0n };
    const added = view.insert("stream_positions", stream as string, position);
    return added.length === 0 ? view.locked("stream_positions", [stream as string]) : added;
  },
  journal_move_position: (view, [stream, created, sequence]) => {
    const [position] = view.locked("stream_positions", [stream as string]);
    const epoch = ((position?.epoch as bigint | undefined) ?? 0n) + 1n;
    const moved = { created_at: created, sequence, epoch };
    return view.update("stream_positions", stream as string, moved);
  },
};

/** What a row of a journal begins with. */
export const unpublished = { publications: 0, published_seq: null } as const;
