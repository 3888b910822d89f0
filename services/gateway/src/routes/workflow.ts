import { type Process, ProcessState, ProcessStep } from "@waybill/contracts/workflow";
import { z } from "zod";
import { asCaller } from "../http/calls.ts";
import {
  optionalTimeOf,
  orderParams,
  pageOf,
  pageQuery,
  present,
  time,
  timeOf,
} from "../http/fields.ts";
import { admins, operation } from "../http/operation.ts";
import { linkNextPage } from "../http/pages.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const stepNames = [
  "TRY",
  "DECIDE",
  "CONFIRM",
  "CANCEL",
  "FULFIL",
] as const satisfies readonly (keyof typeof ProcessStep)[];
const stateNames = ["WAITING", "STUCK"] as const satisfies readonly (keyof typeof ProcessState)[];

const processBody = z
  .object({
    orderId: z.string(),
    step: z.string().meta({ description: "What the order waits for" }),
    state: z.string().meta({ description: "WAITING goes on by itself; STUCK wants a look" }),
    since: time,
    nextAt: time.optional(),
    attempts: z.int(),
    lastError: z.string().optional(),
    placedAt: time.optional(),
  })
  .meta({ id: "Process" });

const tag = "workflow";

/** Orders that wait, and those that are stuck. */
export function workflowRoutes(app: HttpServer, { clients: { workflow } }: RouteParts): void {
  app.get(
    "/api/workflow/processes",
    operation({
      tag,
      summary: "List orders that wait for something, the longest waiting first",
      access: admins,
      inputs: {
        querystring: pageQuery.extend({
          state: z.enum(stateNames).optional(),
          step: z.enum(stepNames).optional(),
        }),
      },
      answers: { 200: z.array(processBody) },
      refusals: { 400: "A filter, the page token or the page size is wrong" },
    }),
    async (request, reply) => {
      const { state = "UNSPECIFIED", step = "UNSPECIFIED" } = request.query;
      const filter = { state: ProcessState[state], step: ProcessStep[step] };
      const asked = { ...filter, ...pageOf(request.query) };
      const page = await workflow.listProcesses(asked, asCaller(request));
      linkNextPage(request, reply, page.nextPageToken);
      return page.processes.map(processOf);
    },
  );
  app.post(
    "/api/workflow/processes/:orderId/retry",
    operation({
      tag,
      summary: "Take up a waiting or stuck order at once",
      access: admins,
      inputs: { params: orderParams, body: z.object({}).nullish() },
      answers: { 200: processBody },
      refusals: { 404: "The workflow does not wait for this order" },
    }),
    async (request) => {
      const { process } = await workflow.retryProcess(request.params, asCaller(request));
      return processOf(present(process, "the process"));
    },
  );
}

const names = (values: Readonly<Record<string, number>>) =>
  new Map(Object.entries(values).map(([name, value]) => [value, name]));
const steps = names(ProcessStep);
const states = names(ProcessState);

function processOf(process: Process): z.output<typeof processBody> {
  const { orderId, step, state, since, nextAt, attempts, lastError, placedAt } = process;
  return {
    orderId,
    step: steps.get(step) ?? "UNSPECIFIED",
    state: states.get(state) ?? "UNSPECIFIED",
    since: timeOf(present(since, "the time")),
    nextAt: optionalTimeOf(nextAt),
    attempts,
    lastError: lastError || undefined,
    placedAt: optionalTimeOf(placedAt),
  };
}
