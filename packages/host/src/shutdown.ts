import type { Logger } from "@waybill/chassis";

/**
 * What a service gives up, in this order. First it takes no more work (the server says NOT_SERVING
 * and finishes its calls; consumers and loops end), then what its calls have left behind is
 * finished (batching points), and at last, when nobody needs them any more, connections close.
 */
const stages = ["server", "intake", "work", "clients", "messaging", "databases"] as const;
export type Stage = (typeof stages)[number];

interface Closeable {
  readonly name: string;
  readonly close: () => unknown;
}

/** An orderly end. What fails or was never opened keeps nothing else from closing. */
export class Shutdown {
  readonly #logger: Logger;
  readonly #closeables: Record<Stage, Closeable[]> = {
    server: [],
    intake: [],
    work: [],
    clients: [],
    messaging: [],
    databases: [],
  };
  #ended: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Has it closed in its stage's turn. */
  add(stage: Stage, name: string, close: () => unknown): void {
    this.#closeables[stage].push({ name, close });
  }

  /** Closes everything, once; the promise is the same when repeated. Never rejects. */
  run(): Promise<void> {
    this.#ended ??= this.#closeAll();
    return this.#ended;
  }

  async #closeAll(): Promise<void> {
    // The server first, since it says NOT_SERVING at once, but consumers need not wait for its calls.
    await Promise.all([this.#closeTogether("server"), this.#closeTogether("intake")]);
    // The last one added was built on the ones before, and may feed them while it drains.
    for (const closeable of this.#closeables.work.toReversed()) await this.#close(closeable);
    await this.#closeTogether("clients");
    await this.#closeTogether("messaging");
    await this.#closeTogether("databases");
  }

  async #closeTogether(stage: Stage): Promise<void> {
    await Promise.all(this.#closeables[stage].map((closeable) => this.#close(closeable)));
  }

  async #close({ name, close }: Closeable): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.#logger.warn({ error }, `${name} did not close properly`);
    }
  }
}
