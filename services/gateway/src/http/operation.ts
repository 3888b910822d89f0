import type { FastifyContextConfig, FastifySchema } from "fastify";
import type { z } from "zod";
import type { Access } from "./authentication.ts";
import { problemBody } from "./problem.ts";

/** Whoever has a token; customers for what is their own. */
export const anybody: Access = ["customer", "admin", "service"];

export const admins: Access = ["admin"];

/** Outside coordinators are services; an admin may stand in for one. */
export const coordinators: Access = ["service", "admin"];

/** What a route asks for. */
interface Inputs {
  readonly body?: z.ZodType;
  readonly params?: z.ZodType;
  readonly querystring?: z.ZodType;
  readonly headers?: z.ZodType;
}

/** Why a request is refused, by the status that says so; the texts are for the documentation. */
export type Refusals = Partial<Record<400 | 401 | 403 | 404 | 409, string>>;

/** A route, as its documentation and its treatment need it. */
interface Operation<I extends Inputs, Answers extends FastifySchema["response"]> {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly inputs?: I;
  readonly answers: Answers;
  readonly refusals?: Refusals;
  readonly config?: FastifyContextConfig;
}

const whatever = "Any other error, such as 429 (too many requests) or 503 (try again later)";

/** The schema and config of a route; what every route may answer is added. */
export function operation<I extends Inputs, const Answers extends object>(
  given: Operation<I, Answers>,
) {
  const { tag, summary, description, access, inputs, answers, refusals, config } = given;
  const errors: Record<string, unknown> = {};
  if (access !== "public") {
    errors[401] = problem("No valid token");
    if (access !== anybody) errors[403] = problem(`Only for: ${access.join(", ")}`);
  }
  for (const [status, why] of Object.entries(refusals ?? {})) errors[status] = problem(why);
  return {
    schema: {
      tags: [tag] as string[],
      summary,
      ...(description === undefined ? {} : { description }),
      security: access === "public" ? [] : [{ bearer: [] }],
      ...(inputs as I),
      response: { ...answers, ...errors, default: problem(whatever) } as Answers,
    },
    config: { access, ...config } as FastifyContextConfig,
  };
}

/** A schema of its own each time: its description is the answer's. */
const problem = (description: string) => problemBody.describe(description);
