import { createInbox, type Msg, type MsgHdrs } from "nats";
import type { Connection } from "./connection.ts";
import type { HeaderBlock } from "./envelope.ts";

/** Where the stream keeps a published message. */
export interface Receipt {
  readonly stream: string;
  readonly sequence: bigint;
  /** The message id was seen before: the sequence is that of the message stored then. */
  readonly duplicate: boolean;
}

/** Publishing was not acknowledged. Unless said otherwise it may have happened all the same. */
export class PublishError extends Error {
  override readonly name = "PublishError";
  /** No stream has the subject, or JetStream is not up: certainly not stored. */
  readonly noStream: boolean;

  constructor(message: string, noStream = false) {
    super(message);
    this.noStream = noStream;
  }
}

interface Waiting {
  readonly since: number;
  resolve(receipt: Receipt): void;
  reject(error: PublishError): void;
}

const ackTimeoutMs = 5_000;
const maxWaiting = 16_384;

/**
 * Publishes into streams, any number in flight. It has one subscription and one timer for all
 * acknowledgements: the client's own publish makes a timer, two promises and a random token each.
 */
export class Publisher implements Disposable {
  readonly #connection: Connection;
  readonly #inbox = createInbox();
  readonly #waiting = new Map<string, Waiting>();
  readonly #release: () => void;
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    const subscription = connection.raw.subscribe(`${this.#inbox}.*`, {
      callback: (_error, message) => this.#acknowledge(message),
    });
    const forget = connection.onChange((connected) => {
      if (!connected) this.#failAll("the connection to NATS was lost");
    });
    this.#release = () => {
      forget();
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  }

  /** Resolves when the stream has stored the message, or had stored it before. */
  publish(subject: string, headers: HeaderBlock, data: Uint8Array): Promise<Receipt> {
    if (!this.#connection.connected) {
      return Promise.reject(new PublishError("not connected to NATS"));
    }
    if (this.#waiting.size >= maxWaiting) {
      return Promise.reject(new PublishError("too many messages wait for acknowledgement"));
    }
    this.#last += 1;
    const token = this.#last.toString(36);
    return new Promise((resolve, reject) => {
      this.#connection.raw.publish(subject, data, {
        reply: `${this.#inbox}.${token}`,
        headers: headers as unknown as MsgHdrs, // See HeaderBlock.
      });
      this.#waiting.set(token, { since: performance.now(), resolve, reject });
      this.#timer ??= setInterval(() => this.#failLate(), ackTimeoutMs / 10).unref();
    });
  }

  #acknowledge(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return; // It had been given up.
    this.#waiting.delete(token);
    if (message.data.length === 0) {
      const status = message.headers?.status ?? "no answer";
      waiting.reject(new PublishError(`no stream takes the message: ${status}`, true));
      return;
    }
    const answer = JSON.parse(Buffer.from(message.data).toString()) as PubAck;
    if (answer.error !== undefined) {
      waiting.reject(new PublishError(`refused by JetStream: ${answer.error.description}`));
      return;
    }
    waiting.resolve({
      stream: answer.stream,
      sequence: BigInt(answer.seq),
      duplicate: answer.duplicate === true,
    });
  }

  #failLate(): void {
    const before = performance.now() - ackTimeoutMs;
    for (const [token, waiting] of this.#waiting) {
      if (waiting.since > before) break; // In the order of publishing.
      this.#waiting.delete(token);
      waiting.reject(new PublishError(`not acknowledged within ${ackTimeoutMs} ms`));
    }
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #failAll(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(new PublishError(why));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#release();
    this.#failAll("messaging is being closed");
  }
}

interface PubAck {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly description: string };
}
