import { randomUUID } from "node:crypto";
import { createLogger, type Logger } from "@waybill/chassis";
import type { StreamSpec } from "@waybill/contracts/events";
import { connectMessaging, type Messaging, type OutgoingEvent } from "../src/index.ts";

/** LOG_LEVEL=debug shows what happens. */
export const logger: Logger = createLogger("messaging-test", {
  level: process.env.LOG_LEVEL ?? "silent",
  format: "pretty",
});

export const connectTo = (url: string): Promise<Messaging> =>
  connectMessaging({ url, name: "test", logger });

/** A stream of its own for each test. */
export function freshStream(): StreamSpec {
  const token = randomUUID().slice(0, 8);
  return {
    name: `TEST_${token}`,
    owner: "test",
    subjects: [`test.${token}.>`],
    maxAgeMs: 3_600_000,
    hasJournal: true,
  };
}

export const subjectOf = (stream: StreamSpec, key: string): string =>
  (stream.subjects[0] ?? "").replace(">", key);

/** An event whose payload is the text. */
export const eventOf = (stream: StreamSpec, text: string, publication = 1): OutgoingEvent => ({
  subject: subjectOf(stream, "all"),
  type: "waybill.test.v1.happened",
  id: text,
  source: "test",
  time: new Date(),
  data: Buffer.from(text),
  traceparent: "",
  publication,
});

export const decodeText = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes).toString();
  if (text.startsWith("garbage")) throw new Error("no text");
  return text;
};

/** A durable consumer of the whole stream, but for what it does with it. */
export const testerOf = (stream: StreamSpec) => ({
  durable: "tester",
  stream,
  subjects: [subjectOf(stream, "*")],
  decode: decodeText,
});

/** Polls until the condition holds; throws after the deadline with what was seen last. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) {
      const shown = JSON.stringify(seen, (_, value) =>
        typeof value === "bigint" ? String(value) : value,
      );
      throw new Error(`not within ${withinMs} ms: ${what}; seen last: ${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
