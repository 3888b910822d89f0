import { UsageError } from "@waybill/chassis/commandLine";
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

/** Those that the words of the command line mean, which commas part; undefined: all. Throws UsageError for a word that means none. */
export function chosen(
  targets: readonly AnyTarget[],
  only: string | undefined,
): readonly AnyTarget[] {
  if (only === undefined) return targets;
  const meant = new Set(only.split(",").flatMap((word) => meantBy(word.trim(), targets)));
  return targets.filter((target) => meant.has(target));
}

/** The target of this name, or those of a service, or those with it in their names. */
function meantBy(word: string, targets: readonly AnyTarget[]): readonly AnyTarget[] {
  const ways: ((target: AnyTarget) => boolean)[] = [
    ({ name }) => name === word,
    ({ part }) => part === word,
    ({ name }) => word !== "" && name.includes(word),
  ];
  for (const isMeant of ways) {
    const found = targets.filter(isMeant);
    if (found.length > 0) return found;
  }
  throw new UsageError(`--only: "${word}" is in the name of no target`);
}
