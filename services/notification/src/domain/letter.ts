/** The text as it is sent: with a greeting, and whom it is from. */
export const letter = (name: string, text: string): string =>
  `Hello ${name},\n\n${text}\n\nYour Waybill team\n`;

/**
 * The Message-ID of a notification: the same whenever it is sent, so that a mail that is repeated is recognised as such. Ids of orders
 * need no quoting in it.
 */
export const messageIdOf = (orderId: string, version: number, domain: string): string =>
  `<${orderId}.${version}@${domain}>`;

/** Longer errors are of no use to a reader. Unit: characters. */
const maxErrorLength = 200;

/** An error's text on one line without addresses, which belong neither into the log nor into an answer. */
export const withoutAddresses = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, "(address)")
    .slice(0, maxErrorLength);
