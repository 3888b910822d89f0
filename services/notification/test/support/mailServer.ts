import { once } from "node:events";
import { sleep } from "@waybill/chassis";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  readonly messageId: string;
  readonly to: string;
  /** As it came, quoted-printable and all. */
  readonly source: string;
}

/** A real SMTP server. It refuses recipients that begin with "refused" for good, and with "busy" the first time. */
export interface MailServer extends AsyncDisposable {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** How often each mail came, by Message-ID. */
  counts(): Record<string, number>;
}

function smtpError(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** On a port of its own unless one is given. `delayMs`: how long it thinks about each mail. */
export async function startMailServer({ port = 0, delayMs = 0 } = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const busy = new Set<string>();
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS", "AUTH"],
    closeTimeout: 1,
    onRcptTo: ({ address }, _session, callback) => {
      if (address.startsWith("refused"))
        return callback(smtpError(550, `5.1.1 <${address}> is not here`));
      if (address.startsWith("busy") && !busy.has(address)) {
        busy.add(address);
        return callback(smtpError(451, `4.7.1 <${address}> try again later`));
      }
      callback();
    },
    onData: (stream, { envelope }, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const source = Buffer.concat(chunks).toString();
        const messageId = /^Message-ID: (\S+)/im.exec(source)?.[1] ?? "";
        mails.push({ messageId, to: envelope.rcptTo[0]?.address ?? "", source });
        if (delayMs > 0) await sleep(delayMs);
        callback(null);
      });
    },
  });
  server.on("error", () => {}); // Connections of processes that are killed.
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address();
  const listening = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${listening}`,
    mails,
    counts: () => {
      const counts: Record<string, number> = {};
      for (const { messageId } of mails) counts[messageId] = (counts[messageId] ?? 0) + 1;
      return counts;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
