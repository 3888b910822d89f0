import { endpointOf, keepSpans } from "@waybill/otlp";
import type { StackOptions } from "./options.ts";
import type { TracesRecord } from "./stackFile.ts";

/** Spans are sent so often: who looks at an order's trace does so at once. */
const EXPORT_INTERVAL_MS = "1000";

/** Where the spans of a stack's services go. Disposal forgets what is kept. */
export interface StackTraces extends AsyncDisposable {
  /** What services need in their environment for it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly record: TracesRecord;
}

/** Keeps the services' spans when that is wanted, unless the environment sends them elsewhere or wants none. */
export async function openTraces({ traces, env }: StackOptions): Promise<StackTraces> {
  const elsewhere = destinationIn({ ...process.env, ...env });
  if (elsewhere !== undefined || traces !== true) return untouched(elsewhere);
  const keeper = await keepSpans();
  return {
    variables: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpointOf(keeper.address, "traces"),
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: EXPORT_INTERVAL_MS,
      TRACE_URL: "none", // They are looked at by npm run trace.
    },
    record: { kept: keeper.address },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

const untouched = (elsewhere: string | undefined): StackTraces => ({
  variables: {},
  record: elsewhere === undefined ? {} : { elsewhere },
  [Symbol.asyncDispose]: async () => {},
});

/** Where the standard variables send spans to; undefined when they say nothing about it. */
function destinationIn(env: NodeJS.ProcessEnv): string | undefined {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return "nowhere (OTEL_SDK_DISABLED)";
  const exporter = env.OTEL_TRACES_EXPORTER?.trim();
  if (exporter && exporter !== "otlp") return `the exporter "${exporter}" (OTEL_TRACES_EXPORTER)`;
  return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined;
}
