import { once } from "node:events";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** A mail server that keeps what it gets. */
export interface Mailbox extends AsyncDisposable {
  /** host:port. */
  readonly address: string;
  readonly mails: readonly { readonly to: string; readonly source: string }[];
}

export async function startMailbox(): Promise<Mailbox> {
  const mails: { to: string; source: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS", "AUTH"],
    closeTimeout: 1,
    onData: async (stream, { envelope }, callback) => {
      mails.push({ to: envelope.rcptTo[0]?.address ?? "", source: await text(stream) });
      callback(null);
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    address: `127.0.0.1:${port}`,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
