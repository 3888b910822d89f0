import { type Databases, examined } from "./databases.ts";

/**
 * When each database was last restored, if that was not together: undefined when all tell the same. A database that was restored alone, and
 * marked so, stands out; one that was not marked shows by its contradictions only.
 */
export async function findRestoredApart(
  databases: Databases,
): Promise<Readonly<Record<string, number>> | undefined> {
  const epochs = await Promise.all(
    examined.map(async (name) => {
      const [table] = await databases.query<{ present: boolean }>(
        name,
        "select to_regclass('restorations') is not null as present",
      );
      if (table?.present !== true) return [name, 0] as const;
      const [row] = await databases.query<{ epoch: number }>(
        name,
        "select coalesce(max(epoch), 0)::double precision as epoch from restorations",
      );
      return [name, row?.epoch ?? 0] as const;
    }),
  );
  const isOne = new Set(epochs.map(([, epoch]) => epoch)).size === 1;
  return isOne ? undefined : Object.fromEntries(epochs);
}
