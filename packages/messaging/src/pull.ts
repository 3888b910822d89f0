import { backoff, type Logger, sleep } from "@waybill/chassis";
import type { Msg } from "nats";
import type { Connection } from "./connection.ts";
import { PullSession, type PullTarget } from "./pullSession.ts";

export interface PullOptions {
  readonly connection: Connection;
  readonly logger: Logger;
  /** How many messages may be on their way or held at once. */
  readonly capacity: number;
  /** Makes the consumer exist. A throw means: not possible yet, try again. */
  readonly prepare: (signal: AbortSignal) => Promise<PullTarget>;
  /** A message has come, and is held until `release`. */
  readonly onMessage: (message: Msg) => void;
  /** How often the server says that it is alive while it has nothing else to say. Unit: ms. */
  readonly heartbeatMs?: number;
}

const defaultHeartbeatMs = 5_000;
const retry = { firstMs: 50, capMs: 2_000 };

/**
 * Pulls messages for as long as it lives: whatever ends one session (the connection lost, the
 * consumer or the stream deleted, silence), the next begins by preparing the consumer again.
 */
export class Pull implements AsyncDisposable {
  readonly #options: PullOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #held = 0;
  #session: PullSession | undefined;
  #failures = 0;
  #complaint = "";

  constructor(options: PullOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** The holder has done with messages: that many more may come. */
  release(count: number): void {
    this.#held -= count;
    this.#session?.refill();
  }

  /** Prepares the consumer again before anything else is delivered. */
  restart(why: string): void {
    this.#session?.end(why);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const target = this.#options.connection.connected ? await this.#prepare(signal) : undefined;
      if (target !== undefined && !signal.aborted) await this.#pullFrom(target);
      if (signal.aborted) return;
      const pauseMs = backoff(this.#failures, retry);
      this.#failures += 1;
      await sleep(pauseMs, signal).catch(() => {}); // Being stopped.
    }
  }

  async #prepare(signal: AbortSignal): Promise<PullTarget | undefined> {
    try {
      const { connection, prepare } = this.#options;
      const target = await connection.whileConnected(() => prepare(signal));
      this.#complaint = "";
      return target;
    } catch (error) {
      const complaint = error instanceof Error ? error.message : String(error);
      if (signal.aborted || complaint === this.#complaint) return undefined;
      this.#complaint = complaint; // Each trouble is told once, not at every attempt.
      this.#options.logger.warn({ why: complaint }, "cannot consume yet, trying on");
      return undefined;
    }
  }

  async #pullFrom(target: PullTarget): Promise<void> {
    const { connection, logger, capacity, heartbeatMs = defaultHeartbeatMs } = this.#options;
    const session = new PullSession(connection, target, {
      heartbeatMs,
      room: () => ({ capacity, held: this.#held }),
      onMessage: (message) => {
        this.#failures = 0;
        this.#held += 1;
        this.#options.onMessage(message);
      },
    });
    this.#session = session;
    const why = await session.ended;
    this.#session = undefined;
    if (!this.#stopping.signal.aborted) logger.warn({ ...target, why }, "consumption interrupted");
  }

  /** Nothing more is asked for; what was on its way is delivered before this resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#session?.stop();
    await this.#ended;
  }
}
