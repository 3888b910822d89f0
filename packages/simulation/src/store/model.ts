import type { Row, View } from "./view.ts";

/**
 * What a statement does, in place of PostgreSQL: answers the rows that it returns or, where it returns none, those that it has inserted,
 * changed or deleted.
 */
export type Model = (view: View, parameters: readonly unknown[]) => readonly Row[];

/** Models by the names of their statements, without the digest. */
export type Models = Readonly<Record<string, Model>>;

/** `unnest` over arrays of equal length, with a name for each. */
export function unnest(names: string, parameters: readonly unknown[]): Row[] {
  const columns = names.split(" ");
  const [first] = parameters as readonly unknown[][];
  return (first ?? []).map((_, index) =>
    Object.fromEntries(
      columns.map((name, column) => [
        name,
        (parameters[column] as readonly unknown[])[index] ?? null,
      ]),
    ),
  );
}

export const text = (row: Row, column: string): string => row[column] as string;
export const number = (row: Row, column: string): number => row[column] as number;
export const time = (row: Row, column: string): number => (row[column] as Date).getTime();
export const strings = (parameter: unknown): readonly string[] => parameter as readonly string[];
export const date = (parameter: unknown): Date => parameter as Date;

/** Whether [a, key] comes after [b, other], as rows are compared. */
export const isAfter = (a: number, key: string, b: number, other: string): boolean =>
  a > b || (a === b && key > other);

/** Rows by a time and then a key. */
export const byTime =
  (column: string, key: string) =>
  (a: Row, b: Row): number =>
    time(a, column) - time(b, column) || (text(a, key) < text(b, key) ? -1 : 1);

export const sortedBy = (rows: readonly Row[], column: string): Row[] =>
  rows.toSorted((a, b) => (text(a, column) < text(b, column) ? -1 : 1));

/** `least` of two times, over what is not null. */
export function least(a: unknown, b: unknown): unknown {
  if (a === null || a === undefined) return b;
  if (b === null || b === undefined) return a;
  return +date(a) <= +date(b) ? a : b;
}

/** The first of these, as many as `limit`, that another transaction has not locked; locks them. */
export function lockFree(
  view: View,
  table: string,
  key: string,
  rows: readonly Row[],
  limit: unknown,
): Row[] {
  const free = rows.filter((row) => !view.isLockedByAnother(table, text(row, key)));
  const taken = free.slice(0, Number(limit));
  for (const row of taken) view.lock(table, text(row, key));
  return taken;
}
