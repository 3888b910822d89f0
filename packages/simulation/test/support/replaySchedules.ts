import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { testServers } from "@waybill/stack";
import { openDatabases } from "../../src/world/databases.ts";

const replay = join(import.meta.dirname, "replay.ts");
const services = Object.keys(openDatabases(() => {}));

/**
 * Has PostgreSQL do what the databases of these schedules did. Answers how often it carried out which statement; rejects with the first difference
 * from a model.
 */
export async function replaySchedules(
  first: number,
  schedules: number,
): Promise<ReadonlyMap<string, number>> {
  const { databaseUrl } = await testServers();
  const urls: Record<string, string> = {};
  for (const service of services) urls[service] = await databaseUrl(service);
  const given = [first, schedules, urls].map((value) => JSON.stringify(value));
  const { stdout } = await promisify(execFile)(process.execPath, [replay, ...given]);
  return new Map(Object.entries(JSON.parse(stdout)));
}
