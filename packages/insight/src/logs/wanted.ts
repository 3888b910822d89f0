import { type Entry, type Level, levels } from "./entry.ts";

/** What is to be shown. */
export interface Wish {
  readonly level: Level;
  /** In ms since 1970. */
  readonly since: number;
  readonly order: OrderWish | undefined;
}

export interface OrderWish {
  readonly id: string;
  /** The order's own traces, as far as they are known. */
  readonly traceIds: readonly string[];
}

/** Whether an entry is to be shown. What is no entry of a log has no level, and is never left out for it. */
export function isWanted({ at, text, logged }: Entry, { level, since, order }: Wish): boolean {
  if (at < since) return false;
  if (logged === undefined) return order === undefined || names(text, order.id);
  if (levels.indexOf(logged.level) < levels.indexOf(level)) return false;
  return (
    order === undefined ||
    order.traceIds.includes(logged.traceId) ||
    names([logged.message, logged.about], order.id)
  );
}

/** Whether a text, or one inside the value, has the id in it, and not as a part of a longer one. */
function names(value: unknown, id: string): boolean {
  if (typeof value === "string")
    return value.includes(id) && new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(value);
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((inner) => names(inner, id))
  );
}
