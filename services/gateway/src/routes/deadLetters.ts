import {
  type DeadLetter,
  type DeadLetterDecision,
  DeadLetterVerdict,
} from "@waybill/contracts/workflow";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { asCaller } from "../http/calls.ts";
import { pageOf, pageQuery, present, time, timeOf } from "../http/fields.ts";
import { admins, operation } from "../http/operation.ts";
import { linkNextPage } from "../http/pages.ts";
import type { HttpServer } from "../http/server.ts";
import { selfOf } from "./orders.ts";
import type { RouteParts } from "./parts.ts";

const envelope = z.object({
  deadLetterId: z.string(),
  consumer: z.string().meta({ description: "Who gave it up" }),
  reason: z.string(),
  error: z.string(),
  subject: z.string(),
  stream: z.string(),
  sequence: z.int(),
  eventId: z.string().optional(),
  eventType: z.string().optional(),
  deadAt: time,
});

const deadLetterBody = envelope
  .extend({
    payloadJson: z.string().optional().meta({ description: "When it can be read" }),
    payloadBase64: z.string(),
  })
  .meta({ id: "DeadLetter" });

const verdicts = [
  "REPLAYED",
  "DISCARDED",
] as const satisfies readonly (keyof typeof DeadLetterVerdict)[];

const decisionBody = z
  .object({
    deadLetter: envelope,
    verdict: z.string(),
    reason: z.string().optional(),
    decidedBy: z.string(),
    decidedAt: time,
    replayedAs: z.int().optional().meta({ description: "Its new sequence in the stream" }),
  })
  .meta({ id: "DeadLetterDecision" });

const deadLetterParams = z.object({ deadLetterId: rules.id });
const tag = "dead letters";

/** Messages that could not be handled, and what was decided about them. */
export function deadLetterRoutes(app: HttpServer, parts: RouteParts): void {
  listRoutes(app, parts);
  decisionRoutes(app, parts);
}

function listRoutes(app: HttpServer, { clients: { workflow } }: RouteParts): void {
  app.get(
    "/api/dead-letters/decisions",
    operation({
      tag,
      summary: "List what was decided about dead letters, the latest first",
      access: admins,
      inputs: { querystring: pageQuery },
      answers: { 200: z.array(decisionBody) },
      refusals: { 400: "The page token or size is wrong" },
    }),
    async (request, reply) => {
      const page = await workflow.listDeadLetterDecisions(pageOf(request.query), asCaller(request));
      linkNextPage(request, reply, page.nextPageToken);
      return page.decisions.map(decisionOf);
    },
  );
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
}

function decisionRoutes(app: HttpServer, { clients: { workflow } }: RouteParts): void {
  app.post(
    "/api/dead-letters/:deadLetterId/replay",
    operation({
      tag,
      summary: "Publish a dead letter again where it came from",
      access: admins,
      inputs: {
        params: deadLetterParams,
        body: z.object({ reason: rules.text(200).optional() }).nullish(),
      },
      answers: {
        200: z.object({ message: z.string(), deadLetterId: z.string(), sequence: z.int() }),
      },
      refusals: { 404: "There is no such dead letter" },
    }),
    async (request) => {
      const { deadLetterId } = request.params;
      const asked = { deadLetterId, reason: request.body?.reason ?? "" };
      const { sequence } = await workflow.replayDeadLetter(asked, asCaller(request));
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

const verdictOf = (number: DeadLetterVerdict): string =>
  verdicts.find((verdict) => DeadLetterVerdict[verdict] === number) ?? "";

function decisionOf(decision: DeadLetterDecision): z.output<typeof decisionBody> {
  const { verdict, reason, decidedBy, replayedAs } = decision;
  return {
    deadLetter: envelopeOf(present(decision.deadLetter, "the dead letter")),
    verdict: verdictOf(verdict),
    reason: reason || undefined,
    decidedBy,
    decidedAt: timeOf(present(decision.decidedAt, "the time")),
    replayedAs: replayedAs === 0n ? undefined : Number(replayedAs),
  };
}

const deadLetterOf = (letter: DeadLetter): z.output<typeof deadLetterBody> => ({
  ...envelopeOf(letter),
  payloadJson: letter.payloadJson || undefined,
  payloadBase64: Buffer.from(letter.payload).toString("base64"),
});

function envelopeOf(letter: DeadLetter): z.output<typeof envelope> {
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
    deadAt: timeOf(present(letter.deadAt, "the time")),
  };
}
