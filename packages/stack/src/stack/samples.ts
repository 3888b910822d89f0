import type { ServiceName } from "./catalogue.ts";
import type { StackEvent } from "./events.ts";

export async function createSamples(
  _addresses: Readonly<Record<ServiceName, readonly string[]>>,
  _report?: (event: StackEvent) => void,
): Promise<void> {}
