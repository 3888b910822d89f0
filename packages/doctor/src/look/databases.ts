import { setTimeout as delay } from "node:timers/promises";
import { type DatabaseName, databaseOf } from "@waybill/stack";
import pg from "pg";

/** The databases that tell about orders, their stock and their money. */
export const examined = [
  "order",
  "status",
  "item",
  "payment",
  "provider",
  "shipping",
  "delivery",
  "notification",
  "workflow",
] as const satisfies readonly DatabaseName[];

export type ExaminedDatabase = (typeof examined)[number];

/** The databases cannot be looked at; the message says why and what would help. */
export class CannotLookError extends Error {
  override readonly name = "CannotLookError";

  constructor(why: string, options?: ErrorOptions) {
    super(`The doctor could not look. ${why}`, options);
  }
}

/** A PostgreSQL that was killed a moment ago is back soon. */
const CONNECT_WITHIN_MS = 10_000;
const RETRY_MS = 250;

const UNDEFINED_TABLE = "42P01";
const UNDEFINED_DATABASE = "3D000";

/** One connection to each database. */
export class Databases implements AsyncDisposable {
  readonly #clients: Readonly<Record<ExaminedDatabase, pg.Client>>;

  private constructor(clients: Readonly<Record<ExaminedDatabase, pg.Client>>) {
    this.#clients = clients;
  }

  /** Throws CannotLookError when one of them cannot be reached within 10 s. */
  static async open(urlOf: (name: ExaminedDatabase) => string): Promise<Databases> {
    const attempts = examined.map(
      async (name) => [name, await connect(urlOf(name), name)] as const,
    );
    const settled = await Promise.allSettled(attempts);
    const open = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = settled.find((one) => one.status === "rejected");
    if (failed !== undefined) {
      await Promise.all(open.map(([, client]) => client.end()));
      throw failed.reason;
    }
    return new Databases(Object.fromEntries(open) as Record<ExaminedDatabase, pg.Client>);
  }

  /** Throws CannotLookError when the connection is lost or a table is missing. */
  async query<Row extends pg.QueryResultRow>(
    name: DatabaseName,
    text: string,
    parameters: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    try {
      const client = this.#clients[name as ExaminedDatabase];
      return (await client.query<Row>(text, [...parameters])).rows;
    } catch (error) {
      throw cannotLook(name, error);
    }
  }

  /** Runs in all databases at once. */
  async everywhere(text: string): Promise<void> {
    await Promise.all(examined.map((name) => this.query(name, text)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(examined.map((name) => this.#clients[name].end().catch(() => {})));
  }
}

async function connect(connectionString: string, name: ExaminedDatabase): Promise<pg.Client> {
  const deadline = performance.now() + CONNECT_WITHIN_MS;
  while (true) {
    const client = new pg.Client({ connectionString, application_name: "waybill-doctor" });
    client.on("error", () => {}); // The query under way, or the next one, fails with it.
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const isHopeless = (error as { code?: string }).code === UNDEFINED_DATABASE;
      if (isHopeless || performance.now() > deadline) throw cannotLook(name, error);
      await delay(RETRY_MS);
    }
  }
}

function cannotLook(name: DatabaseName, error: unknown): CannotLookError {
  const { code, message } = error as { code?: string; message: string };
  const isNew = code === UNDEFINED_TABLE || code === UNDEFINED_DATABASE;
  const why = message || code;
  const text = isNew
    ? `${databaseOf(name)} is not there yet (${why}): the service "${name === "provider" ? "payment" : name}" has never run on this PostgreSQL`
    : `${databaseOf(name)} cannot be read: ${why}`;
  return new CannotLookError(text, { cause: error });
}
