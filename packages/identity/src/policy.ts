import type { createClient } from "@waybill/rpc";

type Definition = Parameters<typeof createClient>[0];

/**
 * Who may call an RPC. "public": anybody, with or without a token; "customer": any user, for its own
 * resources only, which the handler sees to; "admin": a user with that role; "service": a process.
 */
export type Access = "public" | "customer" | "admin" | "service";

/** Who may call each RPC of a service: none may be left out. */
export type Policy<D extends Definition> = {
  readonly [Method in keyof D["methods"]]: readonly Access[];
};

/** The policy of one service, by the paths of its RPCs. */
export interface PolicyTable {
  /** The full name of the service, such as waybill.order.v1.OrderService. */
  readonly service: string;
  /** By path: /waybill.order.v1.OrderService/GetOrder. */
  readonly access: ReadonlyMap<string, readonly Access[]>;
}

/** Makes the policy of a service: a list of who may call it for each RPC. */
export function definePolicy<const D extends Definition>(
  definition: D,
  policy: Policy<D>,
): PolicyTable {
  const access = new Map(
    Object.entries(definition.methods).map(([method, { name }]) => [
      `/${definition.fullName}/${name}`,
      (policy as Readonly<Record<string, readonly Access[]>>)[method] ?? [],
    ]),
  );
  return { service: definition.fullName, access };
}
