import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type NatsServer, startNats } from "../nats/server.ts";
import { type PostgresServer, startPostgres } from "../postgres/server.ts";
import { temporaryFolder } from "../process/folders.ts";

const MAX_CONNECTIONS = 300; // Test files rarely close their pools before the next one opens its own.
const SHARED_BUFFERS_MB = 64;

/** One PostgreSQL and one NATS with JetStream for all tests of this process. */
export interface TestServers {
  readonly postgres: PostgresServer;
  readonly nats: NatsServer;
  readonly natsUrl: string;
  /** Makes a fresh database whose name begins with the one given; answers its URL. */
  databaseUrl(name: string): Promise<string>;
}

let folder: string | undefined;
let servers: Promise<TestServers> | undefined;

/** A folder of this process for temporary data, any user may enter it; removed after the process, however that ends. */
export function testFolder(name: string): string {
  folder ??= temporaryFolder("waybill-test-");
  const made = mkdtempSync(join(folder, `${name}-`));
  chmodSync(made, 0o755);
  return made;
}

/**
 * The servers that all tests of this process share; the first call starts them. They end with the process, however it ends. A test
 * that kills a server starts one of its own with startPostgres or startNats.
 */
export function testServers(): Promise<TestServers> {
  servers ??= startServers();
  return servers;
}

async function startServers(): Promise<TestServers> {
  const [postgres, nats] = await Promise.all([
    startPostgres({
      dataDir: testFolder("postgres"),
      fsync: false,
      maxConnections: MAX_CONNECTIONS,
      sharedBuffersMb: SHARED_BUFFERS_MB,
    }),
    startNats({ dataDir: testFolder("nats") }),
  ]);
  // When the tests are over nothing holds the process any more; a killed process has its guardian.
  process.once("beforeExit", () => Promise.all([nats.stop(), postgres.stop()]));
  return {
    postgres,
    nats,
    natsUrl: nats.url,
    databaseUrl: (name) => postgres.createDatabase(`${name}_${randomBytes(5).toString("hex")}`),
  };
}
