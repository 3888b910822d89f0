import { withoutAddresses } from "../domain/letter.ts";
import type { Outcome } from "./provider.ts";

/** What nodemailer throws, as far as it matters here. */
export interface SmtpError {
  readonly message: string;
  /** Where it went wrong: ECONNECTION, EAUTH, EENVELOPE, … */
  readonly code?: string | undefined;
  /** The server's reply, when it is one. */
  readonly responseCode?: number | undefined;
  /** What the server replied to: "MAIL FROM", "RCPT TO", "DATA"; "API" when nothing was sent to it. */
  readonly command?: string | undefined;
}

/** RFC 5321 4.2.1: a 5xx reply is permanent; 503 only says that the commands came in the wrong order. */
const isPermanent = (reply: number): boolean => reply >= 500 && reply < 600 && reply !== 503;

/** The server is going to close the connection (RFC 5321 3.8). */
const closing = 421;

/**
 * What an SMTP error means for the mail. Only a reply to this very mail, its recipient or its content, is a refusal: that a connection, a
 * login or our sender is refused is our own trouble, and would be every other mail's, too.
 */
export function outcomeOf({ message, code, responseCode, command }: SmtpError): Outcome {
  const error = withoutAddresses(message);
  const isAboutMail = code === "EENVELOPE" || code === "EMESSAGE";
  if (!isAboutMail || responseCode === closing || command === "MAIL FROM")
    return { kind: "away", error };
  if (responseCode === undefined) return { kind: "refused", error }; // Not even a server was asked.
  return { kind: isPermanent(responseCode) ? "refused" : "later", error };
}
