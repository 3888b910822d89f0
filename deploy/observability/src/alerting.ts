import { readFileSync } from "node:fs";
import { exampleReceiversFile, localReceiversFile, routesFile } from "./files.ts";

const read = (file: string): string => readFileSync(file, "utf8");

/** Receivers by who has them: the local overlay, and the example for everybody else. */
export const receivers = {
  local: read(localReceiversFile),
  example: read(exampleReceiversFile),
} as const;

/** Alertmanager's configuration with these receivers, put together as its container does. */
export const configWith = (receiversText: string): string => read(routesFile) + receiversText;
