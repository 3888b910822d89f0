import type { StreamSpec } from "@waybill/contracts/events";
import { headers as names } from "@waybill/contracts/events";
import type { Receipt } from "@waybill/messaging";

/** How long JetStream remembers message ids. Unit: ms. */
const duplicateWindowMs = 120_000;

export interface Message {
  readonly sequence: number;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
}

/** What a durable consumer knows: what it has delivered, and what of that is not acknowledged. */
export interface Durable {
  cursor: number;
  readonly pending: Map<number, { deliveries: number; dueAt: number }>;
}

export const publicationOf = ({ headers }: Pick<Message, "headers">): string =>
  headers.get(names.publication) ?? "1";

/** A JetStream stream: it keeps each message id once within a window of time, and may lose what it has. */
export class Stream {
  readonly spec: StreamSpec;
  created: Date;
  lastSequence = 0;
  readonly messages = new Map<number, Message>();
  readonly durables = new Map<string, Durable>();
  readonly #ids = new Map<string, { sequence: number; at: number; publication: string }>();
  readonly #listeners = new Set<() => void>();
  readonly #onSwallowed: (message: Message) => void;

  /** `onSwallowed` is told of a publication that was taken for another one. */
  constructor(spec: StreamSpec, created: Date, onSwallowed: (message: Message) => void) {
    this.spec = spec;
    this.created = created;
    this.#onSwallowed = onSwallowed;
  }

  /** Calls back for each new message, and whenever messages are to be delivered again. */
  onNews(listener: () => void): void {
    this.#listeners.add(listener);
  }

  durable(name: string): Durable {
    const found = this.durables.get(name) ?? { cursor: 0, pending: new Map() };
    this.durables.set(name, found);
    return found;
  }

  /** How many messages the slowest durable has still to acknowledge. */
  behind(): number {
    const all = [...this.durables.values()];
    return Math.max(0, ...all.map((one) => this.lastSequence - one.cursor + one.pending.size));
  }

  store(subject: string, block: Uint8Array, data: Uint8Array, now: number): Receipt {
    const headers = parse(block);
    const id = headers.get("Nats-Msg-Id") ?? "";
    const before = this.#ids.get(id);
    const stream = this.spec.name;
    if (before !== undefined && now - before.at < duplicateWindowMs) {
      const message = { sequence: before.sequence, subject, data, headers };
      if (before.publication !== publicationOf(message)) this.#onSwallowed(message);
      return { stream, sequence: BigInt(before.sequence), duplicate: true };
    }
    this.lastSequence += 1;
    const message = { sequence: this.lastSequence, subject, data, headers };
    this.messages.set(message.sequence, message);
    this.#ids.set(id, { sequence: message.sequence, at: now, publication: publicationOf(message) });
    this.#tell();
    return { stream, sequence: BigInt(message.sequence), duplicate: false };
  }

  has(sequence: bigint, messageId: string): boolean {
    return this.messages.get(Number(sequence))?.headers.get("Nats-Msg-Id") === messageId;
  }

  /** A power cut: the newest messages are lost, and with them the memory of their ids. */
  cutTail(count: number): void {
    this.lastSequence = Math.max(0, this.lastSequence - count);
    for (const [sequence, { headers }] of this.messages) {
      if (sequence <= this.lastSequence) continue;
      this.messages.delete(sequence);
      this.#ids.delete(headers.get("Nats-Msg-Id") ?? "");
    }
    for (const durable of this.durables.values()) {
      durable.cursor = Math.min(durable.cursor, this.lastSequence);
      for (const sequence of durable.pending.keys()) {
        if (sequence > this.lastSequence) durable.pending.delete(sequence);
      }
    }
  }

  /** One message is deleted; its id is remembered all the same. */
  deleteMessage(sequence: number): void {
    this.messages.delete(sequence);
  }

  /** The stream is deleted and created anew, with nothing of what it had. */
  recreate(now: Date): void {
    this.created = now;
    this.lastSequence = 0;
    this.messages.clear();
    this.#ids.clear();
    this.durables.clear();
    this.#tell();
  }

  /** A consumer forgets what it has delivered: everything comes again. */
  forgetDeliveries(): void {
    this.durables.clear();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The headers of a block as NATS transmits it. */
function parse(block: Uint8Array): ReadonlyMap<string, string> {
  const lines = Buffer.from(block).toString().split("\r\n").slice(1);
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf(": ");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)]];
    }),
  );
}
