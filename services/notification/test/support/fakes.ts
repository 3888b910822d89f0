import type { Database } from "@waybill/persistence";
import type { SenderParts } from "../../src/app/attempting.ts";
import { recordNotifications } from "../../src/app/recordNotifications.ts";
import { createSender, type Sender } from "../../src/app/sender.ts";
import { settlingPoint } from "../../src/app/settling.ts";
import type { UserDirectory } from "../../src/app/userDirectory.ts";
import type { News } from "../../src/domain/notification.ts";
import type { Message, Outcome, Provider } from "../../src/provider/provider.ts";
import { logger, outboxOf } from "./testBed.ts";

/** What has happened this moment. */
export const news = (orderId: string, besides: Partial<News> = {}): News => ({
  orderId,
  version: 1,
  userId: "alice",
  state: "PENDING",
  reason: "",
  total: undefined,
  occurredAt: new Date(),
  traceparent: "",
  ...besides,
});

/** Everybody is known. */
export const everybody: UserDirectory = async (asked) =>
  new Map(
    asked.map(({ userId }) => [
      userId,
      { userId, name: userId, email: `${userId}@example.com`, roles: [], createdAt: undefined },
    ]),
  );

export interface FakeProvider extends Provider {
  /** "order.version" of what it was given, in this order. */
  readonly given: readonly string[];
}

/** Two messages at a time; what becomes of each is up to the test. */
export function fakeProvider(outcome: (message: Message) => Outcome | Promise<Outcome>) {
  const given: string[] = [];
  const provider: FakeProvider = {
    given,
    concurrency: 2,
    send: async (message) => {
      given.push(`${message.orderId}.${message.version}`);
      return outcome(message);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return provider;
}

export interface FakeApp extends AsyncDisposable {
  readonly sender: Sender;
  record(...told: News[]): Promise<void>;
}

/** Recording and sending, with a provider that the test has made; nothing is sent in the background. */
export function fakeApp(
  db: Database,
  provider: Provider,
  parts: Partial<SenderParts> = {},
): FakeApp {
  const settling = settlingPoint(db);
  const sender = createSender({
    db,
    channel: "EMAIL",
    provider,
    users: everybody,
    settling,
    times: { firstMs: 50, capMs: 200, awayCapMs: 100, giveUpAfterMs: 3_600_000 },
    attemptTimeoutMs: 5_000,
    logger,
    ...parts,
  });
  const record = recordNotifications(db, ["EMAIL"], outboxOf(["EMAIL", sender]));
  return {
    sender,
    record: (...told) => record(told),
    [Symbol.asyncDispose]: async () => {
      await sender[Symbol.asyncDispose]();
      await settling[Symbol.asyncDispose]();
    },
  };
}
