import { serviceNames } from "@waybill/stack";
import type { Process } from "../arena.ts";
import { replicas } from "../settings.ts";

/** All processes of services. */
export const serviceProcesses: readonly Process[] = serviceNames.flatMap((part) =>
  Array.from({ length: replicas[part] ?? 1 }, (_, replica) => ({ part, replica })),
);

export const postgres: Process = { part: "postgres", replica: 0 };
export const nats: Process = { part: "nats", replica: 0 };
