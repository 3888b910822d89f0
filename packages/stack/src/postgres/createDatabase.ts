import { Client } from "pg";

const DUPLICATE_DATABASE = "42P04";
const PATIENCE_MS = 5_000; // A server that is there answers at once, one behind a wrong address perhaps never.
const CONNECTIONS = 3; // Making one waits for the disk most of the time.
const UNIQUE_VIOLATION = "23505"; // What the loser of two simultaneous creations gets.

/** Makes a database on the server of the URL unless there is one of this name. */
export function createDatabase(serverUrl: string, name: string): Promise<void> {
  return createDatabases(serverUrl, [name]);
}

/** Makes those of the databases that are not there. */
export async function createDatabases(serverUrl: string, names: readonly string[]): Promise<void> {
  const clients = Array.from({ length: Math.min(CONNECTIONS, names.length) }, () => {
    return new Client({ connectionString: serverUrl, connectionTimeoutMillis: PATIENCE_MS });
  });
  const [first] = clients;
  try {
    await first?.connect();
    const found = await first?.query<{ datname: string }>("select datname from pg_database");
    const existing = new Set(found?.rows.map((row) => row.datname));
    const missing = names.filter((name) => !existing.has(name));
    if (missing.length > 1) await Promise.all(clients.slice(1).map((client) => client.connect()));
    await Promise.all(clients.map((client) => createInTurn(client, missing)));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** Takes from the list what nobody else has taken. */
async function createInTurn(client: Client, missing: string[]): Promise<void> {
  for (let name = missing.pop(); name !== undefined; name = missing.pop())
    await create(client, name);
}

async function create(client: Client, name: string): Promise<void> {
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
  }
}
