/** Letters and what stands between them in names, without anything that a mail program would make a link of. */
const usualName = /^(?:[\p{L}\p{M}'’ -]|\.(?= |$)){1,60}$/u;

/**
 * The name as it may stand in a mail, or "". Anybody may open an account with somebody else's address: only what is shaped like a name is
 * repeated, so that no letter of a stranger's goes out as ours.
 */
export const nameInMails = (name: string): string => (usualName.test(name) ? name : "");

/** The text as it is sent: with a greeting, and whom it is from. */
export function letter(name: string, text: string): string {
  const known = nameInMails(name);
  const greeting = known === "" ? "Hello" : `Hello ${known}`;
  return `${greeting},\n\n${text}\n\nYour Waybill team\n`;
}

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
