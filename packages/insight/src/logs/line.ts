import { styleText } from "node:util";
import { oneLine, printable } from "../printable.ts";
import type { Entry, Level, Logged } from "./entry.ts";

/** That of "notification". */
const partWidth = 12;
const levelWidth = 5;
const traceIdLength = 8;
const msPerMinute = 60_000;

const colours = {
  trace: "gray",
  debug: "gray",
  info: "green",
  warn: "yellow",
  error: "red",
  fatal: "red",
} as const satisfies Record<Level, Parameters<typeof styleText>[0]>;

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

const inColour: Style = (format, text) => styleText(format, text, { validateStream: false });
const plain: Style = (_, text) => text;

/** How an entry is shown: on one line, with the stacks of errors below it. */
export function lineOf({ part, at, text, logged }: Entry, isColoured: boolean): string {
  if (logged === undefined) return printable(text);
  const style = isColoured ? inColour : plain;
  const level = logged.level.toUpperCase().padEnd(levelWidth);
  const columns = [
    style("gray", timeOf(at)),
    part.padEnd(partWidth),
    style(colours[logged.level], level),
    style("bold", oneLine(logged.message)),
    ...fieldsOf(logged, style),
  ];
  return [columns.join(" "), ...stacksOf(logged).map(indented)].join("\n");
}

/** "11-26 19:05:49.186", in this machine's time zone. */
function timeOf(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * msPerMinute);
  return local.toISOString().slice("yyyy-".length, -1).replace("T", " ");
}

function fieldsOf({ about, traceId }: Logged, style: Style): readonly string[] {
  const fields = Object.entries(about)
    .flatMap(([name, value]) =>
      isError(value) ? besideStack(name, value) : [[name, value] as const],
    )
    .map(([name, value]) => `${style("cyan", `${name}=`)}${shown(value)}`);
  return traceId === ""
    ? fields
    : [...fields, style("gray", `trace ${traceId.slice(0, traceIdLength)}`)];
}

/** As pino writes an error. */
interface LoggedError {
  readonly stack: string;
  readonly [property: string]: unknown;
}

const isError = (value: unknown): value is LoggedError =>
  typeof value === "object" &&
  value !== null &&
  "stack" in value &&
  typeof value.stack === "string";

/** What an error has beyond what its stack tells. */
const besideStack = (name: string, error: LoggedError) =>
  Object.entries(error)
    .filter(([property]) => !["type", "message", "stack", "aggregateErrors"].includes(property))
    .map(([property, value]) => [`${name}.${property}`, value] as const);

const stacksOf = ({ about }: Logged): readonly string[] =>
  Object.values(about).filter(isError).flatMap(withAggregated);

const withAggregated = ({ stack, aggregateErrors }: LoggedError): readonly string[] => [
  printable(stack),
  ...[aggregateErrors].flat().filter(isError).flatMap(withAggregated).map(indented),
];

const indented = (text: string): string => text.replaceAll(/^/gm, "    ");

/** A word as it is, everything else as JSON. */
const shown = (value: unknown): string =>
  printable(typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value));
