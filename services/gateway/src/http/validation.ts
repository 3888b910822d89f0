import { refuse } from "@waybill/rpc";
import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import type { z } from "zod";

/** How many violations are named; enough to repair a request. */
const maxViolations = 20;

/** JSON, and nothing but JSON. An empty body is none, whatever its content type: many clients always send one. */
export function parseBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, body, done) => {
      if (body === "") done(null, undefined);
      else parse(request, body, done);
    },
  );
}

/** Validates by a zod schema; the violations name fields as the client wrote them. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const violations = result.error.issues.slice(0, maxViolations).map((issue) => ({
      field: pathOf(issue.path),
      description: issue.message,
    }));
    return { error: refuse.invalid(violations) };
  };

/** order.items[2].quantity; "body" for the whole. */
function pathOf(path: readonly PropertyKey[]): string {
  let text = "";
  for (const key of path)
    text += typeof key === "number" ? `[${key}]` : `${text === "" ? "" : "."}${String(key)}`;
  return text === "" ? "body" : text;
}
