import { Agent } from "node:http";
import { plausibleValues } from "../inputs/fields.ts";
import type { Schema } from "../inputs/jsonSchemas.ts";
import {
  bytesOfBody,
  type Operation,
  type Parameter,
  type RequestInput,
  requests,
} from "../inputs/requests.ts";
import { judgeRoute } from "../judge/judgeRoute.ts";
import { httpRequest } from "../send/httpRequest.ts";
import type { Stage } from "../stage/openStage.ts";
import type { Target } from "./target.ts";

/** What of the gateway's document is needed. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Documented {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
  };
}

/** The document of the stage's gateway. */
export async function readOpenApi({ stack }: Stage): Promise<OpenApi> {
  const response = await fetch(`http://${stack.address("gateway")}/openapi.json`);
  return (await response.json()) as OpenApi;
}

/** The operations of a document. */
export const operationsOf = ({ paths }: OpenApi): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content?.["application/json"]?.schema,
    })),
  );

export const routeName = ({ method, path }: Operation): string => `${method} ${path}`;

/** A target for each of these routes. */
export function routeTargets(
  stage: Stage,
  document: OpenApi,
  operations: readonly Operation[],
): Target<RequestInput>[] {
  const agent = new Agent({ keepAlive: true });
  stage.use({ [Symbol.dispose]: () => agent.destroy() });
  const address = stage.stack.address("gateway");
  const schemas = document.components?.schemas ?? {};
  const making = {
    plausible: plausibleValues(stage.known),
    referred: (reference: string) => schemas[reference.replace("#/components/schemas/", "")] ?? {},
    tokens: stage.tokens,
  };
  return operations.map((operation) => ({
    name: routeName(operation),
    part: "gateway" as const,
    inputs: requests(operation, making),
    try: async (input: RequestInput) =>
      judgeRoute(await httpRequest({ ...input, address, agent, body: bytesOfBody(input.body) })),
    show: (input: RequestInput) => ({
      ...input,
      base64: Buffer.from(bytesOfBody(input.body)).toString("base64"),
    }),
  }));
}
