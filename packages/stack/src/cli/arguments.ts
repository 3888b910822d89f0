import {
  databaseUrl,
  flagOption as flag,
  helpOption,
  natsUrl,
  parseOptions,
  readChoice,
  readUrl,
  readWhole,
  textOption as text,
} from "@waybill/chassis/commandLine";
import {
  defaultPorts,
  highestPortBase,
  maxReplicas,
  type PartName,
  type ServiceName,
  serverNames,
  serviceNames,
} from "../stack/catalogue.ts";
import type { StackOptions } from "../stack/options.ts";

const logLevels = ["trace", "debug", "info", "warn", "error"] as const;

/** What `npm start -- --help` prints. */
export const help = `Starts Waybill on this machine: PostgreSQL, NATS and every service, each as its own process.

npm start -- [options]

  --data-dir <folder>       where everything is kept; default: .waybill
  --ephemeral               keeps everything in a temporary folder that is removed at the end
  --services <a,b>          which services to run: ${serviceNames.join(", ")}; default: all
  --replicas <n | a=2,b=3>  how many processes of each service; default: 1
  --port-base <n | free>    the first service's port, the others follow; free: any free ports for all parts; default: ${defaultPorts.base}
  --ports <a=n,b=n>         ports of single parts: services, postgres (default ${defaultPorts.postgres}), nats (default ${defaultPorts.nats})
  --nats-monitor <n>        serves NATS's monitoring over HTTP on this port
  --database-url <url>      uses this PostgreSQL server instead of one of its own; also DATABASE_URL
  --nats-url <url>          uses this NATS server instead of one of its own; also NATS_URL
  --no-samples              leaves an empty catalogue empty
  --log-level <level>       of the services: ${logLevels.join(", ")}; default: info
  --help                    prints this

Variables of the environment reach every service, such as CANCELLATION_WINDOW (default here: 5s). The stack keeps the services' latest
spans for npm run trace, unless OTEL_EXPORTER_OTLP_ENDPOINT names somebody else to send everything to.
`;

const options = {
  "data-dir": text,
  ephemeral: flag,
  services: text,
  replicas: text,
  "port-base": text,
  ports: text,
  "nats-monitor": text,
  "database-url": text,
  "nats-url": text,
  "no-samples": flag,
  "log-level": text,
  help: helpOption,
};

/** Reads the command line and the environment. Undefined: help is wanted. Throws UsageError. */
export function readArguments(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): StackOptions | undefined {
  const values = parseOptions(args, options);
  if (values.help) return undefined;
  const logLevel = values["log-level"];
  return {
    dataDir: values["data-dir"],
    ephemeral: values.ephemeral,
    services: values.services === undefined ? undefined : readServices(values.services),
    replicas:
      values.replicas === undefined ? undefined : readReplicas("--replicas", values.replicas),
    portBase: readPortBase(values["port-base"]),
    ports: values.ports === undefined ? undefined : readPorts(values.ports),
    natsMonitorPort: readPort("--nats-monitor", values["nats-monitor"]),
    databaseUrl: readUrl(
      "--database-url or DATABASE_URL",
      values["database-url"] ?? env.DATABASE_URL,
      databaseUrl,
    ),
    natsUrl: readUrl("--nats-url or NATS_URL", values["nats-url"] ?? env.NATS_URL, natsUrl),
    samples: !values["no-samples"],
    administrator: true,
    traces: true,
    env:
      logLevel === undefined ? {} : { LOG_LEVEL: readChoice("--log-level", logLevel, logLevels) },
  };
}

const readServices = (text: string): ServiceName[] =>
  text.split(",").map((name) => readChoice("--services", name, serviceNames));

/** How many processes of each service, or of some: "2", or "order=2,status=3". Throws UsageError. */
export function readReplicas(
  flag: string,
  text: string,
): number | Partial<Record<ServiceName, number>> {
  if (!text.includes("=")) return readWhole(flag, text, 1, maxReplicas);
  return Object.fromEntries(readPairs(flag, text, serviceNames, 1, maxReplicas));
}

function readPorts(text: string): Partial<Record<PartName, number>> {
  return Object.fromEntries(
    readPairs("--ports", text, [...serviceNames, ...serverNames], 1, 65_535),
  );
}

function readPairs(
  flag: string,
  text: string,
  names: readonly string[],
  min: number,
  max: number,
): [string, number][] {
  return text.split(",").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [readChoice(flag, name, names), readWhole(`${flag} ${name}`, value, min, max)];
  });
}

function readPortBase(text: string | undefined): number | "free" | undefined {
  if (text === undefined || text === "free") return text;
  return readWhole("--port-base", text, 1, highestPortBase);
}

function readPort(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : readWhole(flag, text, 1, 65_535);
}
