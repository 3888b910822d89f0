import { createTransport } from "nodemailer";
import { letter, messageIdOf, nameInMails } from "../domain/letter.ts";
import type { Message, Provider } from "./provider.ts";
import { outcomeOf, type SmtpError } from "./smtpOutcome.ts";

export interface SmtpOptions {
  /** smtp://user:password@host:587 or smtps://…; nodemailer's options may follow as a query. */
  readonly url: string;
  /** Whom mails are from, for example "Waybill <no-reply@example.org>". */
  readonly from: string;
  /** Connections at most, with one mail at a time on each. */
  readonly connections: number;
  /** How long the server may be silent, at each step. Unit: ms. */
  readonly timeoutMs: number;
}

/** Sends mails by SMTP, over a pool of connections that are kept. */
export function smtpProvider({ url, from, connections, timeoutMs }: SmtpOptions): Provider {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxRequeues: 1, // An idle connection that the server has closed meanwhile; the rest is up to our own retries.
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = domainOf(from);
  return {
    concurrency: connections,
    send: async (message, signal) => {
      try {
        await transport.sendMail({ from, ...mailOf(message, domain), signal });
        return { kind: "sent" };
      } catch (error) {
        return outcomeOf(error as SmtpError);
      }
    },
    [Symbol.asyncDispose]: async () => transport.close(),
  };
}

const domainOf = (from: string): string => /@([^\s>]+)>?\s*$/.exec(from)?.[1] ?? "localhost";

const mailOf = ({ orderId, version, subject, text, recipient }: Message, domain: string) => ({
  to: { name: nameInMails(recipient.name), address: recipient.email },
  subject,
  text: letter(recipient.name, text),
  messageId: messageIdOf(orderId, version, domain),
  headers: { "Auto-Submitted": "auto-generated" }, // RFC 3834: no vacation replies, please.
});
