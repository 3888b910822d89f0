import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "@waybill/stack";

const LAST = 3;

/** What a process has complained about last. */
export function lastLines(dataDir: string, part: ServiceName): readonly string[] {
  const text = readFileSync(join(dataDir, "logs", `${part}.log`), "utf8");
  return text.trimEnd().split("\n").slice(-LAST);
}
