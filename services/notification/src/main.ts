import { NotificationServiceDefinition } from "@waybill/contracts/notification";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { startService } from "@waybill/host";
import { defaultRetryTimes } from "./app/attempt.ts";
import type { Outbox } from "./app/outbox.ts";
import { recordNotifications } from "./app/recordNotifications.ts";
import { createSender } from "./app/sender.ts";
import { observeWaiting } from "./app/sendingMetrics.ts";
import { settlingPoint } from "./app/settling.ts";
import { createUserDirectory } from "./app/userDirectory.ts";
import { readConfig } from "./config.ts";
import { migrations } from "./db/migrations.ts";
import type { Channel } from "./domain/notification.ts";
import { onOrderEvents } from "./events/onOrderEvents.ts";
import { logProvider } from "./provider/logProvider.ts";
import { smtpProvider } from "./provider/smtpProvider.ts";
import { notificationService } from "./rpc/notificationService.ts";
import { policy } from "./rpc/policy.ts";

/** How often sendings are looked for that are due, besides when new ones are recorded. */
const sendIntervalMs = 1_000;

const config = readConfig(process.env);
await using service = await startService("notification", config);
const { logger } = service;
if (config.SMTP_URL === "") logger.warn("SMTP_URL is not set: mails are only noted in this log");
const providers = {
  EMAIL:
    config.SMTP_URL === ""
      ? logProvider("EMAIL", logger)
      : smtpProvider({
          url: config.SMTP_URL,
          from: config.MAIL_FROM,
          connections: config.SMTP_CONNECTIONS,
          timeoutMs: config.SEND_TIMEOUT,
        }),
  SMS: logProvider("SMS", logger),
};
const db = await service.openDatabase([], migrations);
observeWaiting(db);
const messaging = await service.connectMessaging(db);
const users = createUserDirectory(service.client(UserServiceDefinition, "user"));
const settling = settlingPoint(db);
service.onDrain(settling, ...Object.values(providers));

// Each channel has a loop of its own, so that one that is away holds up no other.
const loopOf = (channel: Channel) => {
  const sender = createSender({
    db,
    channel,
    provider: providers[channel],
    users,
    settling,
    times: { ...defaultRetryTimes, giveUpAfterMs: config.GIVE_UP_AFTER },
    attemptTimeoutMs: config.SEND_TIMEOUT,
    logger,
  });
  service.onDrain(sender);
  return {
    sender,
    loop: service.background(`sending by ${channel}`, sendIntervalMs, (signal) =>
      sender.run(signal),
    ),
  };
};
const loops = { EMAIL: loopOf("EMAIL"), SMS: loopOf("SMS") } satisfies Record<Channel, unknown>;
const outbox: Outbox = {
  begin: (channel, sendings, mode) => loops[channel].sender.begin(sendings, mode),
  wake: () => {
    for (const { sender, loop } of Object.values(loops)) if (!sender.isInTrouble) loop.wake();
  },
};
messaging.consume(onOrderEvents(recordNotifications(db, config.CHANNELS, outbox)));
await service.serve([[NotificationServiceDefinition, notificationService(db)]], {
  policies: [policy],
});
await service.untilTerminated();
