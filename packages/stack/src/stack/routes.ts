import type { Network } from "../network/network.ts";
import { type ServiceName, serviceNames } from "./catalogue.ts";
import type { PlannedReplica } from "./plan.ts";
import type { Wiring } from "./serviceProcess.ts";

/** The wiring of one process when it reaches all others by ways of a network. */
export async function routed(
  { part }: PlannedReplica,
  wiring: Wiring,
  network: Network,
): Promise<Wiring> {
  const { plan, databaseUrl, natsUrl } = wiring;
  const addresses: Partial<Record<ServiceName, readonly string[]>> = {};
  for (const service of serviceNames) {
    const ways = plan.addresses[service].map((address) => network.route(part, service, address));
    addresses[service] = await Promise.all(ways);
  }
  const postgres = await network.route(part, "postgres", new URL(databaseUrl("order")).host);
  const nats = await network.route(part, "nats", new URL(natsUrl).host);
  return {
    ...wiring,
    plan: { ...plan, addresses: addresses as Record<ServiceName, readonly string[]> },
    databaseUrl: (name) => withHost(databaseUrl(name), postgres),
    natsUrl: withHost(natsUrl, nats),
  };
}

function withHost(url: string, host: string): string {
  const changed = new URL(url);
  changed.host = host;
  return changed.href;
}
