import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  type ContextManager,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";
import { contextOf, traceparentOf } from "../tracing.ts";

/**
 * What keeps and passes on the trace context of callers when nothing is exported: a process without
 * an exporter must not cut other processes' traces. The SDK brings its own, but takes 0.15 s to load.
 */
export function plainContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, fn, thisArg, ...args) =>
      storage.run(context, () => fn.apply(thisArg as ThisParameterType<typeof fn>, args)),
    bind: (context, target) => {
      if (typeof target !== "function") return target;
      const bound = (...args: unknown[]) => storage.run(context, () => target(...args));
      return bound as typeof target;
    },
    enable: () => manager,
    disable: () => {
      storage.disable();
      return manager;
    },
  };
  return manager;
}

const header = "traceparent";

/** W3C Trace Context without tracestate. */
export const plainPropagator: TextMapPropagator = {
  inject: (context, carrier, setter) => {
    const traceparent = traceparentOf(context);
    if (traceparent !== "") setter.set(carrier, header, traceparent);
  },
  extract: (context, carrier, getter) => {
    const value = getter.get(carrier, header);
    const traceparent = Array.isArray(value) ? value[0] : value;
    const span = trace.getSpanContext(contextOf(traceparent ?? ""));
    return span === undefined ? context : trace.setSpanContext(context, span);
  },
  fields: () => [header],
};
