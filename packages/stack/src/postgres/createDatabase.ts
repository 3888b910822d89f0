import { Client } from "pg";

const DUPLICATE_DATABASE = "42P04";
const UNIQUE_VIOLATION = "23505"; // What the loser of two simultaneous creations gets.

/** Makes a database on the server of the URL unless there is one of this name. */
export function createDatabase(serverUrl: string, name: string): Promise<void> {
  return createDatabases(serverUrl, [name]);
}

/** Makes those of the databases that are not there. */
export async function createDatabases(serverUrl: string, names: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const found = await client.query<{ datname: string }>("select datname from pg_database");
    const existing = new Set(found.rows.map((row) => row.datname));
    for (const name of names) if (!existing.has(name)) await create(client, name);
  } finally {
    await client.end();
  }
}

async function create(client: Client, name: string): Promise<void> {
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
  }
}
