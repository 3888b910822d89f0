import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canRun } from "./canRun.ts";
import { startServer } from "./startServer.ts";

const answersWithinMs = 10_000;

/** Debian's name for it, and everybody else's. */
const commands = ["prometheus-alertmanager", "alertmanager"];

/** How Alertmanager is called here; undefined when it is not on the PATH. */
export const alertmanagerCommand = (): string | undefined => commands.find(canRun);

export type Labels = Readonly<Record<string, string>>;

/** An alert that Alertmanager knows, and whether another one silences it. */
export interface KnownAlert {
  readonly labels: Labels;
  readonly status: { readonly state: "unprocessed" | "active" | "suppressed" };
}

/** An Alertmanager. Its disposal ends it. */
export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** Hands it alerts, as Prometheus does. */
  raise(alerts: readonly Labels[]): Promise<void>;
  /** All alerts that have not ended. */
  alerts(): Promise<readonly KnownAlert[]>;
}

/** Starts Alertmanager with this configuration on a free port; what it keeps is in the folder. */
export async function startAlertmanager(
  folder: string,
  command: string,
  config: string,
): Promise<Alertmanager> {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, "alertmanager.yaml");
  writeFileSync(configFile, config);
  const server = await startServer({
    name: "Alertmanager",
    command,
    args: [
      `--config.file=${configFile}`,
      `--storage.path=${join(folder, "data")}`,
      "--cluster.listen-address=",
    ],
    logFile: join(folder, "alertmanager.log"),
  });
  const ask = async (body?: string): Promise<Response> => {
    const response = await fetch(`${server.url}/api/v2/alerts`, {
      ...(body !== undefined && { method: "POST", body }),
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(answersWithinMs),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    url: server.url,
    raise: async (alerts) => {
      await ask(JSON.stringify(alerts.map((labels) => ({ labels }))));
    },
    alerts: async () => (await (await ask()).json()) as readonly KnownAlert[],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
