import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Network, startStack, temporaryFolder } from "@waybill/stack";
import { Arena } from "../arena.ts";
import { Chance } from "../chance.ts";
import { Clocks } from "../clocks.ts";
import { Disk } from "../disk.ts";
import { Load } from "../load/load.ts";
import { environment, replicas } from "../settings.ts";

/** Room for PostgreSQL, its log of changes, and the streams, of some hundred thousand orders. */
const DISK_MIB = 3_072;

export interface ArenaOptions {
  readonly seed: number;
  /** Where data and logs are kept; must be new. Default: in a temporary folder, removed in the end. */
  readonly dataDir?: string | undefined;
  /** Mounts a small disk for the data, if it may. */
  readonly needsDisk: boolean;
  readonly signal: AbortSignal;
}

/** A stack of its own with everything between its parts, its load, and all that goes with it. */
export interface OpenArena extends AsyncDisposable {
  readonly arena: Arena;
}

export async function openArena(options: ArenaOptions): Promise<OpenArena> {
  const { seed, dataDir, needsDisk, signal } = options;
  await using undo = new AsyncDisposableStack();
  const folder = dataDir ?? temporaryFolder("waybill-faults-");
  mkdirSync(folder, { recursive: true });
  const chance = new Chance(seed);
  const network = undo.use(new Network(() => chance.share()));
  const clocks = new Clocks(join(folder, "clocks"));
  const disk = undo.use(
    new Disk(join(folder, "stack"), needsDisk ? DISK_MIB : undefined, dataDir !== undefined),
  );
  const stack = undo.use(
    await startStack({
      dataDir: disk.folder,
      portBase: "free",
      replicas,
      network,
      env: environment,
      envOf: (part) => clocks.environmentOf(part),
      postgres: { fsync: false, sharedBuffersMb: 64 },
      signal,
    }),
  );
  const load = undo.use(await Load.prepare(stack));
  const arena = new Arena({ stack, network, load, clocks, disk });
  const cleanUp = undo.move();
  return { arena, [Symbol.asyncDispose]: () => cleanUp.disposeAsync() };
}
