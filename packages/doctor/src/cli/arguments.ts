import {
  databaseUrl,
  flagOption as flag,
  helpOption,
  natsUrl,
  parseOptions,
  readChoice,
  readUrl,
  textOption as text,
  UsageError,
} from "@waybill/chassis/commandLine";
import { type ExaminedDatabase, examined } from "../look/databases.ts";
import type { DatabaseUrls } from "../look/whereabouts.ts";

/** What `npm run doctor -- --help` prints. */
export const help = `Checks in the databases of a local stack that nothing is lost, oversold, charged twice or stuck. It changes nothing,
unless told to repair. A stopped stack's PostgreSQL is started for it and stopped again.

npm run doctor -- [options]

  --data-dir <folder>   the stack's data folder; default: .waybill
  --database-url <url>  looks into this PostgreSQL server instead; also DATABASE_URL, without --data-dir and --repair.
                        Where databases are on several servers: order=<url>, status=<url> and so on, for each
  --nats-url <url>      counts dead letters there; default: the running stack's NATS; also NATS_URL, as above
  --repair              has the services of a running stack make the repairs that are provably safe: announces orders that status was not
                        told of, publishes events, resolves expired holds of stock; never money. Prints each before and after
  --json                prints the diagnosis as JSON
  --help                prints this

Exit code: 0 all promises are kept, 1 one is broken, 2 it could not look.
`;

export interface Arguments {
  readonly dataDir: string | undefined;
  readonly databaseUrl: DatabaseUrls | undefined;
  readonly natsUrl: string | undefined;
  readonly json: boolean;
  readonly repair: boolean;
}

const options = {
  "data-dir": text,
  "database-url": { ...text, multiple: true },
  "nats-url": text,
  json: flag,
  repair: flag,
  help: helpOption,
} as const;

/** Reads the command line and the environment. Undefined: help is wanted. Throws UsageError. */
export function readArguments(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Arguments | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  if (values.repair && (values["database-url"] !== undefined || values.json))
    throw new UsageError("--repair is for a running local stack, and prints for people only");
  // What is asked for beats what happens to be in the environment.
  const isFolderMeant = values["data-dir"] !== undefined || values.repair === true;
  const { DATABASE_URL, NATS_URL } = isFolderMeant ? {} : env;
  return {
    dataDir: values["data-dir"],
    databaseUrl:
      readDatabases(values["database-url"]) ?? readUrl("DATABASE_URL", DATABASE_URL, databaseUrl),
    natsUrl: readUrl("--nats-url", values["nats-url"] ?? NATS_URL, natsUrl),
    json: values.json ?? false,
    repair: values.repair ?? false,
  };
}

/** One server, or else each database by its name. */
function readDatabases(given: readonly string[] = []): DatabaseUrls | undefined {
  const [first] = given;
  if (given.length <= 1 && !first?.match(namedUrl))
    return readUrl("--database-url", first, databaseUrl);
  const urls = new Map<ExaminedDatabase, string | undefined>();
  for (const one of given) {
    const [, name = "", url = ""] = one.match(namedUrl) ?? [];
    const database = readChoice("--database-url", name, examined);
    urls.set(database, readUrl(`--database-url ${name}`, url, databaseUrl));
  }
  const missing = examined.filter((name) => urls.get(name) === undefined);
  if (missing.length > 0)
    throw new UsageError(`--database-url: there is none for ${missing.join(", ")}`);
  return Object.fromEntries(urls) as Record<ExaminedDatabase, string>;
}

/** "order=postgres://…"; before the "=" of a URL there is a colon. */
const namedUrl = /^(\w*)=(.*)$/;
