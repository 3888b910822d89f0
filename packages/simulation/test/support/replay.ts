/**
 * Plays schedules, then has PostgreSQL do what their databases did, statement by statement and transaction beside transaction, and tells where it does something else
 * than the models: `node replay.ts <first seed> <schedules> '{"<service>": "<URL of an empty database>", …}'`. In a process of its own, since
 * virtual time is for a whole process.
 */
import { installVirtualTime } from "../../src/engine/virtualTime.ts";
import { loadAs } from "../../src/mutants/loading.ts";
import type { Deed } from "../../src/store/store.ts";

installVirtualTime();
loadAs(undefined);
const { simulate } = await import("../../src/simulate.ts");
const { pinned } = await import("../../src/store/pins.ts");
const { openDatabases } = await import("../../src/world/databases.ts");
const { Twin } = await import("./twin.ts");

const [first, schedules, urls] = process.argv.slice(2).map((text) => JSON.parse(text));

/** What the databases of a schedule did, one after the other. */
async function deedsOf(seed: number): Promise<Readonly<Record<string, readonly Deed[]>>> {
  const deeds: Record<string, Deed[]> = {};
  const { violation } = await simulate(seed, {
    onDeed: (service, deed) => {
      deeds[service] ??= [];
      deeds[service].push(deed);
    },
  });
  if (violation !== undefined) throw new Error(`seed ${seed}: ${violation}`);
  return deeds;
}

await using open = new AsyncDisposableStack();
const twins: [service: string, twin: Awaited<ReturnType<typeof Twin.of>>][] = [];
for (const [service, { data }] of Object.entries(openDatabases(() => {})))
  twins.push([service, open.use(await Twin.of(service, urls[service], data.tables))]);

const counts = new Map<string, number>();
for (let seed = first; seed < first + schedules; seed += 1) {
  const deeds = await deedsOf(seed);
  for (const [service, twin] of twins) {
    const found = await twin.repeatAll(deeds[service] ?? []);
    if (found !== undefined) throw new Error(`seed ${seed}, ${service}: ${found}`);
    for (const deed of deeds[service] ?? []) {
      if (deed.kind !== "statement") continue;
      const name = pinned(deed.query.statement.name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
}
console.log(JSON.stringify(Object.fromEntries(counts)));
