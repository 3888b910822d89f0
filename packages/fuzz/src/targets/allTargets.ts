import { type ServiceName, serviceNames } from "@waybill/stack";
import type { Stage } from "../stage/openStage.ts";
import { portTargets } from "./ports.ts";
import { operationsOf, readOpenApi, routeTargets } from "./routes.ts";
import { rpcMethods, rpcName, rpcTargets } from "./rpcs.ts";
import { searchable } from "./searchable.ts";
import type { AnyTarget } from "./target.ts";

/** Every RPC, every route of the gateway, and every port. */
export async function allTargets(stage: Stage): Promise<readonly AnyTarget[]> {
  const methods = rpcMethods();
  const document = await readOpenApi(stage);
  const rpcOf = (part: ServiceName): string =>
    `/${methods.map(rpcName).find((name) => name.startsWith(`waybill.${part}.`))}`;
  return [
    ...(await rpcTargets(stage, methods)).map((target) => searchable(target)),
    ...routeTargets(stage, document, operationsOf(document)).map((target) => searchable(target)),
    ...portTargets(stage, serviceNames, rpcOf).map((target) => searchable(target)),
  ];
}

/** Those that a word of the command line means: by the target's name, a service's, or a part of the target's. */
export function chosen(
  targets: readonly AnyTarget[],
  only: string | undefined,
): readonly AnyTarget[] {
  if (only === undefined) return targets;
  const exactly = targets.filter(({ name }) => name === only);
  if (exactly.length > 0) return exactly;
  const ofService = targets.filter(({ part }) => part === only);
  return ofService.length > 0 ? ofService : targets.filter(({ name }) => name.includes(only));
}
