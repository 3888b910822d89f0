import { type Databases, makeTables, owners } from "../facts/tables.ts";
import type { Ground } from "../ground.ts";
import { catalogue } from "../load.ts";

/** Makes all tables in one database. */
export async function oneDatabase({ postgres }: Ground): Promise<{ url: string; all: Databases }> {
  const url = await postgres.createDatabase("orders");
  const all = Object.fromEntries(owners.map((owner) => [owner, url])) as unknown as Databases;
  await makeTables(all, catalogue);
  return { url, all };
}
