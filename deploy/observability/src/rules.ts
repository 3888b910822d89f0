import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ruleFolder } from "./files.ts";

/** A rule of Prometheus's: one that records, or one that alerts. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

/** The files with rules, as paths. */
export const ruleFiles = (): readonly string[] =>
  readdirSync(ruleFolder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(ruleFolder, name));

export const rules = (): readonly Rule[] =>
  ruleFiles().flatMap((file) =>
    (parse(readFileSync(file, "utf8")) as RuleFile).groups.flatMap((group) => group.rules),
  );
