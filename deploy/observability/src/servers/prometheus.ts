import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { ruleFiles } from "../rules.ts";
import { startServer } from "./startServer.ts";

const queryWithinMs = 10_000;

/** A Prometheus. Its disposal ends it. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** How many series the expression has now. Throws when Prometheus cannot evaluate it. */
  seriesOf(expression: string): Promise<number>;
  /** How many exemplars it has stored of the buckets that the selector names, since it was started. */
  exemplarsOf(selector: string): Promise<number>;
}

/** Starts Prometheus with this configuration on a free port; what it keeps is in the folder. */
export async function startPrometheus(folder: string, config: object): Promise<Prometheus> {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, "prometheus.yaml");
  writeFileSync(configFile, stringify(config));
  const begun = `${Date.now() / 1_000}`;
  const server = await startServer({
    name: "Prometheus",
    command: "prometheus",
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      "--enable-feature=exemplar-storage",
    ],
    logFile: join(folder, "prometheus.log"),
  });
  const { url } = server;
  return {
    url,
    seriesOf: async (expression) =>
      (await ask<{ result: object[] }>(url, "query", { query: expression })).result.length,
    exemplarsOf: async (query) => {
      const range = { start: begun, end: `${Date.now() / 1_000}` };
      const found = await ask<{ exemplars: object[] }[]>(url, "query_exemplars", {
        query,
        ...range,
      });
      return found.reduce((sum, { exemplars }) => sum + exemplars.length, 0);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** As on Kubernetes, but for how the processes are found and how often they are asked. */
export const scraping = (addresses: Readonly<Record<string, string>>) => ({
  global: { scrape_interval: "2s", scrape_timeout: "2s", evaluation_interval: "2s" },
  rule_files: ruleFiles(),
  scrape_configs: [
    {
      job_name: "waybill",
      static_configs: Object.entries(addresses).map(([part, address]) => ({
        targets: [address],
        labels: { service: part.split(".")[0], instance: part },
      })),
    },
  ],
});

interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data?: T;
}

/** Asks Prometheus's API; throws with what it says against the query. */
async function ask<T>(
  url: string,
  method: "query" | "query_exemplars",
  parameters: Readonly<Record<string, string>>,
): Promise<T> {
  const response = await fetch(`${url}/api/v1/${method}`, {
    method: "POST",
    body: new URLSearchParams(parameters),
    signal: AbortSignal.timeout(queryWithinMs),
  });
  const { status, error, data } = (await response.json()) as Answer<T>;
  if (status !== "success" || data === undefined)
    throw new Error(`${error} in ${parameters.query}`);
  return data;
}
