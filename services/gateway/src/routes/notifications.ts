import { Channel, type Notification, SendingState } from "@waybill/contracts/notification";
import { onlyOwn } from "@waybill/identity";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { statusOf } from "../app/statusNames.ts";
import { asCaller } from "../http/calls.ts";
import { optionalTimeOf, pageOf, pageQuery, present, time, timeOf } from "../http/fields.ts";
import { anybody, operation } from "../http/operation.ts";
import { linkNextPage } from "../http/pages.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const notificationBody = z
  .object({
    orderId: z.string(),
    version: z.int(),
    userId: z.string(),
    status: z.string().meta({ description: "The state that the order entered" }),
    subject: z.string(),
    text: z.string(),
    occurredAt: time,
    sendings: z.array(
      z.object({
        channel: z.string(),
        state: z.string(),
        attempts: z.int(),
        lastError: z.string().optional(),
        sentAt: time.optional(),
      }),
    ),
  })
  .meta({ id: "Notification" });

/** What customers were told. */
export function notificationRoutes(app: HttpServer, { clients }: RouteParts): void {
  app.get(
    "/api/notifications",
    operation({
      tag: "notifications",
      summary: "List notifications, the latest first: a customer its own, others all",
      access: anybody,
      inputs: { querystring: pageQuery.extend({ orderId: rules.id.optional() }) },
      answers: { 200: z.array(notificationBody) },
      refusals: { 400: "The page token or size is wrong" },
    }),
    async (request, reply) => {
      const { orderId = "" } = request.query;
      const userId = onlyOwn(request.caller) ?? "";
      const filter = { userId, orderId, ...pageOf(request.query) };
      const page = await clients.notifications.listNotifications(filter, asCaller(request));
      linkNextPage(request, reply, page.nextPageToken);
      return page.notifications.map(notificationOf);
    },
  );
}

const names = (values: Readonly<Record<string, number>>) =>
  new Map(Object.entries(values).map(([name, value]) => [value, name]));
const channels = names(Channel);
const states = names(SendingState);

function notificationOf(given: Notification): z.output<typeof notificationBody> {
  const { orderId, version, userId, state, subject, text, occurredAt, sendings } = given;
  return {
    orderId,
    version,
    userId,
    status: statusOf(state),
    subject,
    text,
    occurredAt: timeOf(present(occurredAt, "the time")),
    sendings: sendings.map((sending) => ({
      channel: channels.get(sending.channel) ?? "UNSPECIFIED",
      state: states.get(sending.state) ?? "UNSPECIFIED",
      attempts: sending.attempts,
      lastError: sending.lastError || undefined,
      sentAt: optionalTimeOf(sending.sentAt),
    })),
  };
}
