import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon, freePort } from "@waybill/stack";
import { stringify } from "yaml";
import { ruleFiles } from "../rules.ts";

const startsWithinMs = 30_000;
const queryWithinMs = 10_000;

/** Whether Debian's prometheus is there. */
export function hasPrometheus(): boolean {
  try {
    execFileSync("prometheus", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A Prometheus that scrapes a stack. Its disposal ends it. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** How many series the expression has now. Throws when Prometheus cannot evaluate it. */
  seriesOf(expression: string): Promise<number>;
  /** How many exemplars it has stored of the buckets that the selector names, since it was started. */
  exemplarsOf(selector: string): Promise<number>;
}

/** Starts Prometheus with the rules on a free port; it scrapes these processes every second. */
export async function startPrometheus(
  folder: string,
  addresses: Readonly<Record<string, string>>,
): Promise<Prometheus> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "prometheus.yaml");
  writeFileSync(config, stringify(configOf(addresses)));
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const begun = `${Date.now() / 1_000}`;
  const daemon = await Daemon.start({
    name: "Prometheus",
    command: "prometheus",
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--enable-feature=exemplar-storage",
    ],
    logFile: join(folder, "prometheus.log"),
    stopSignal: "TERM",
    isReady: () => isReady(url),
    pollMs: 100,
    readyWithinMs: startsWithinMs,
  });
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
    [Symbol.asyncDispose]: () => daemon.stop(),
  };
}

/** As on Kubernetes, but for how the processes are found and how often they are asked. */
const configOf = (addresses: Readonly<Record<string, string>>) => ({
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

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

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
