import type { NotificationKey } from "../db/notificationStore.ts";
import type { DueSending } from "../db/sendingStore.ts";
import type { Channel } from "../domain/notification.ts";
import type { Verdict } from "./attempt.ts";
import type { Lease } from "./lease.ts";

/** Who sends. What nobody takes over is found in the table, when it is due. */
export interface Outbox {
  /** Begins with sendings that are about to be recorded. Never throws. */
  begin(channel: Channel, sendings: readonly DueSending[], mode: BeginMode): Promise<Begun>;
  /** Something was recorded that is not sent yet. */
  wake(): void;
}

/** "send": what can be sent at once is. "record": nothing is sent before it is recorded. */
export type BeginMode = "send" | "record";

/** How far sendings have come that are about to be recorded. One of its methods is to be called, once. */
export interface Begun {
  /** What became of those that are through. */
  readonly verdicts: ReadonlyMap<DueSending, Verdict>;
  /** With what the others are ours; undefined: they are anybody's. */
  readonly lease: Lease | undefined;
  /** They are recorded, with these verdicts and this lease; somebody else recorded those that are not `added`. */
  recorded(added: ReadonlySet<string>): void;
  /** They are not recorded, and may come again. */
  failed(): void;
}

/** A notification's key as one text. */
export const keyOf = ({ orderId, version }: NotificationKey): string => `${orderId} ${version}`;
