import type { OutgoingEvent } from "./envelope.ts";
import type { Published } from "./journal.ts";

/** A row on its way from the journal into the stream and back as a mark. */
export interface Flight<Row> {
  readonly row: Row;
  readonly event: OutgoingEvent;
  /** The journal's epoch in which it was taken up; its mark counts in no other. */
  readonly epoch: bigint;
  /** Called at the end with whether it is published and marked. */
  readonly landed: ((published: boolean) => void) | undefined;
}

/** One that the stream has. */
export type Acknowledged<Row> = Flight<Row> & Published<Row>;
