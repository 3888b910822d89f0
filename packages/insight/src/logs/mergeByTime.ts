import type { Entry } from "./entry.ts";

/** The entries of all logs by time; those of one log stay in their order. */
export async function* mergeByTime(
  logs: readonly AsyncIterator<Entry>[],
): AsyncGenerator<Entry, void> {
  const heads = await Promise.all(logs.map(async (log) => ({ log, entry: await next(log) })));
  while (true) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads)
      if (head.entry && (!first?.entry || head.entry.at < first.entry.at)) first = head;
    if (first?.entry === undefined) return;
    yield first.entry;
    first.entry = await next(first.log);
  }
}

async function next(log: AsyncIterator<Entry>): Promise<Entry | undefined> {
  const { value, done } = await log.next();
  return done ? undefined : value;
}
