import type { PartName } from "@waybill/stack";
import type { Arena } from "../arena.ts";

/** Who talks to whom. */
const calls: Readonly<Record<string, readonly PartName[]>> = {
  order: ["user", "item", "status", "postgres"],
  status: ["postgres", "nats"],
  item: ["status", "order", "postgres"],
  payment: ["status", "order", "postgres", "nats"],
  user: ["postgres"],
  workflow: ["status", "item", "payment", "order", "postgres", "nats"],
  shipping: ["status", "postgres", "nats"],
  delivery: ["status", "postgres", "nats"],
  notification: ["user", "postgres", "nats"],
};

/** From one part to another. */
export interface Direction {
  readonly from: PartName;
  readonly to: PartName;
}

/** All ways on which something is sent. */
export const directions: readonly Direction[] = Object.entries(calls).flatMap(([from, callees]) =>
  callees.map((to) => ({ from: from as PartName, to })),
);

/** The links between the processes of two parts. */
export const linksOf = (arena: Arena, { from, to }: Direction) =>
  arena.ways(from, to).map(({ link }) => link);
