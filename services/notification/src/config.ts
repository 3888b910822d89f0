import {
  baseConfig,
  envAddress,
  envDuration,
  envInteger,
  envText,
  envUrl,
  loadConfig,
} from "@waybill/chassis";
import { type Channel, channels } from "./domain/notification.ts";

const shape = {
  ...baseConfig,
  USER_ADDRESS: envAddress("127.0.0.1:50055"),
  /** The channels of new notifications: email, sms. */
  CHANNELS: envText("email").transform((text, context): readonly Channel[] => {
    const named = text.split(",").map((name) => name.trim().toUpperCase());
    const known = channels.filter((channel) => named.includes(channel));
    if (known.length === named.length) return known;
    context.addIssue({ code: "custom", message: "email, sms or email,sms" });
    return [];
  }),
  /** Where mails are handed in. Not set: they are only written to the log, without their text. */
  SMTP_URL: envUrl("").refine(
    (url) => url === "" || /^smtps?:/i.test(url),
    "a URL such as smtp://user:password@mail.example.org:587",
  ),
  /** Connections to the SMTP server at most. */
  SMTP_CONNECTIONS: envInteger({ min: 1, max: 50, default: 5 }),
  /** Whom mails are from. */
  MAIL_FROM: envText("Waybill <no-reply@waybill.local>").refine(
    (text) => /^[^@<>]*<?[^\s@<>]+@[^\s@<>]+>?$/.test(text),
    "a sender such as Waybill <no-reply@example.org>",
  ),
  /** One attempt to send takes no longer. */
  SEND_TIMEOUT: envDuration(30_000, { minMs: 1_000, maxMs: 300_000 }),
  /** A notification that cannot be sent is given up this long after its event. */
  GIVE_UP_AFTER: envDuration(72 * 3_600_000, { minMs: 60_000 }),
};

export const readConfig = (env: NodeJS.ProcessEnv) => loadConfig(shape, env);
