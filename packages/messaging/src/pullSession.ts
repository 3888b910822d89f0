import { createInbox, type Msg, nanos, type Subscription } from "nats";
import type { Connection } from "./connection.ts";

/** A consumer of JetStream that exists. */
export interface PullTarget {
  readonly stream: string;
  readonly consumer: string;
}

export interface PullSessionOptions {
  readonly heartbeatMs: number;
  /** How many messages may be requested and held together, and how many are held. */
  readonly room: () => { readonly capacity: number; readonly held: number };
  readonly onMessage: (message: Msg) => void;
}

/** A request that nothing has come for is made anew after this long. Unit: ms. */
const requestExpiresMs = 30_000;
/** Silence for so many heartbeats means that nobody serves the requests any more. */
const patience = 2.5;
/** How long a stop waits for what the server has sent already. Unit: ms. */
const drainWithinMs = 2_000;

/** Pulling from one consumer until something is wrong with it. */
export class PullSession {
  /** Resolves with what was wrong. */
  readonly ended: Promise<string>;
  readonly #connection: Connection;
  readonly #subject: string;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  readonly #options: PullSessionOptions;
  readonly #release: () => void;
  readonly #resolve: (why: string) => void;
  #requested = 0;
  #isStopping = false;
  #heardAt = performance.now();

  constructor(
    connection: Connection,
    { stream, consumer }: PullTarget,
    options: PullSessionOptions,
  ) {
    this.#connection = connection;
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#resolve = resolve;
    this.#subscription = connection.raw.subscribe(this.#inbox, {
      callback: (error, message) => (error ? this.end(error.message) : this.#receive(message)),
    });
    const forget = connection.onChange(() => this.end("the connection was lost"));
    const timer = setInterval(() => this.#listen(), options.heartbeatMs).unref();
    this.#release = () => {
      clearInterval(timer);
      forget();
      if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
    };
    if (connection.connected) this.refill();
    else this.end("the connection was lost");
  }

  /** What is on its way is dropped, and comes again once the server has waited for it. */
  end(why: string): void {
    this.#release();
    this.#resolve(why);
  }

  /** Requests nothing more, and ends when all that the server has sent is here, or it is silent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const enough = setTimeout(() => this.end("stopped"), drainWithinMs);
    const drained = this.#subscription.drain().catch(() => {}); // The session has ended before.
    await Promise.race([drained, this.ended]);
    clearTimeout(enough);
    this.end("stopped");
  }

  /** Requests as many messages as there is room for, once that is worth a request. */
  refill(): void {
    const { capacity, held } = this.#options.room();
    const room = capacity - held - this.#requested;
    if (room <= 0 || (this.#requested > 0 && room < capacity / 4)) return;
    if (this.#isStopping || !this.#connection.connected) return; // The session is about to end.
    this.#requested += room;
    this.#heardAt = performance.now();
    const request = {
      batch: room,
      expires: nanos(requestExpiresMs),
      idle_heartbeat: nanos(this.#options.heartbeatMs),
    };
    this.#connection.raw.publish(this.#subject, JSON.stringify(request), { reply: this.#inbox });
  }

  #receive(message: Msg): void {
    this.#heardAt = performance.now();
    if (message.subject === this.#inbox) {
      this.#heed(message);
    } else {
      this.#requested -= 1;
      this.#options.onMessage(message);
      this.refill();
    }
  }

  /** The server says something instead of sending a message. */
  #heed(message: Msg): void {
    const code = message.headers?.code ?? 0;
    if (code === 100) return; // A heartbeat.
    const unserved = Number.parseInt(message.headers?.get("Nats-Pending-Messages") ?? "", 10);
    if (code === 408 && unserved >= 0) {
      this.#requested -= unserved; // The request has expired.
      this.refill();
    } else {
      this.end(message.headers?.status ?? "an answer without a status");
    }
  }

  #listen(): void {
    const silentMs = performance.now() - this.#heardAt;
    if (this.#requested > 0 && silentMs > patience * this.#options.heartbeatMs) {
      this.end("heartbeats missed");
    }
  }
}
