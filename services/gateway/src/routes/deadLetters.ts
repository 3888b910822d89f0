import type { DeadLetter } from "@waybill/contracts/workflow";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { asCaller } from "../http/calls.ts";
import { pageOf, pageQuery, present, time, timeOf } from "../http/fields.ts";
import { admins, operation } from "../http/operation.ts";
import { linkNextPage } from "../http/pages.ts";
import type { HttpServer } from "../http/server.ts";
import { selfOf } from "./orders.ts";
import type { RouteParts } from "./parts.ts";

const deadLetterBody = z
  .object({
    deadLetterId: z.string(),
    consumer: z.string().meta({ description: "Who gave it up" }),
    reason: z.string(),
    error: z.string(),
    subject: z.string(),
    stream: z.string(),
    sequence: z.int(),
    eventId: z.string().optional(),
    eventType: z.string().optional(),
    payloadJson: z.string().optional().meta({ description: "When it can be read" }),
    payloadBase64: z.string(),
    deadAt: time,
  })
  .meta({ id: "DeadLetter" });

const deadLetterParams = z.object({ deadLetterId: rules.id });
const tag = "dead letters";

/** Messages that could not be handled. */
export function deadLetterRoutes(app: HttpServer, { clients: { workflow } }: RouteParts): void {
  app.get(
    "/api/dead-letters",
    operation({
      tag,
      summary: "List messages that could not be handled, the oldest first",
      access: admins,
      inputs: { querystring: pageQuery },
      answers: { 200: z.array(deadLetterBody) },
      refusals: { 400: "The page token or size is wrong" },
    }),
    async (request, reply) => {
      const page = await workflow.listDeadLetters(pageOf(request.query), asCaller(request));
      linkNextPage(request, reply, page.nextPageToken);
      return page.deadLetters.map(deadLetterOf);
    },
  );
  app.post(
    "/api/dead-letters/:deadLetterId/replay",
    operation({
      tag,
      summary: "Publish a dead letter again where it came from",
      access: admins,
      inputs: { params: deadLetterParams, body: z.object({}).nullish() },
      answers: {
        200: z.object({ message: z.string(), deadLetterId: z.string(), sequence: z.int() }),
      },
      refusals: { 404: "There is no such dead letter" },
    }),
    async (request) => {
      const { deadLetterId } = request.params;
      const { sequence } = await workflow.replayDeadLetter({ deadLetterId }, asCaller(request));
      return { message: "Dead letter replayed", deadLetterId, sequence: Number(sequence) };
    },
  );
  app.delete(
    "/api/dead-letters/:deadLetterId",
    operation({
      tag,
      summary: "Discard a dead letter",
      access: admins,
      inputs: {
        params: deadLetterParams,
        querystring: z.object({ reason: rules.requiredText(200).optional() }),
      },
      answers: { 200: z.object({ message: z.string(), deadLetterId: z.string() }) },
      refusals: { 400: "The reason is too long" },
    }),
    async (request) => {
      const { deadLetterId } = request.params;
      const { reason = `discarded by ${selfOf(request.caller)}` } = request.query;
      await workflow.discardDeadLetter({ deadLetterId, reason }, asCaller(request));
      return { message: "Dead letter discarded", deadLetterId };
    },
  );
}

function deadLetterOf(letter: DeadLetter): z.output<typeof deadLetterBody> {
  const { deadLetterId, consumer, reason, error, subject, stream } = letter;
  return {
    deadLetterId,
    consumer,
    reason,
    error,
    subject,
    stream,
    sequence: Number(letter.sequence),
    eventId: letter.eventId || undefined,
    eventType: letter.eventType || undefined,
    payloadJson: letter.payloadJson || undefined,
    payloadBase64: Buffer.from(letter.payload).toString("base64"),
    deadAt: timeOf(present(letter.deadAt, "the time")),
  };
}
