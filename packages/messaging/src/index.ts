export { undecodable } from "./batchHandling.ts";
export type { BatchConsumer, Consumption } from "./consumer.ts";
export type { ConsumerState } from "./consumerList.ts";
export type { DeadLetter, DeadLetterPage, DeadLetters } from "./deadLetters.ts";
export type { OutgoingEvent } from "./envelope.ts";
export type { Journal, Published, StreamPosition } from "./journal.ts";
export {
  type JournalTableOptions,
  journalTable,
  streamPositionsTable,
  unpublishedIndex,
} from "./journalTable.ts";
export { connectMessaging, type Messaging, type MessagingOptions } from "./messaging.ts";
export { handlingFailed } from "./narrowing.ts";
export { again, dead, done, type Outcome } from "./outcome.ts";
export { PositionGoneError } from "./position.ts";
export { PublishError, type Receipt } from "./publisher.ts";
export type { Read, ReadOptions } from "./reader.ts";
export type { Received } from "./received.ts";
export type { Relay, RelayOptions } from "./relay.ts";
export { beforeRestore } from "./restoreEpoch.ts";
export type { StreamState } from "./streams.ts";
