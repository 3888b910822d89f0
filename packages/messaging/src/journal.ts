/** How far a journal has been published, and to which stream. */
export interface StreamPosition {
  /** Grows whenever publications are found lost; marks made under an earlier one are refused. */
  readonly epoch: bigint;
  /** When the stream was created that the journal's sequences belong to; undefined at first. */
  readonly created: Date | undefined;
  /** The highest sequence that a row was marked with; 0 when there is none. */
  readonly sequence: bigint;
}

/** A row that the stream has, and where. */
export interface Published<Row> {
  readonly row: Row;
  readonly sequence: bigint;
}

/** What of a journal is not published. */
export interface Backlog {
  readonly rows: number;
  /** When the oldest of them happened; undefined when there is none. */
  readonly oldest: Date | undefined;
}

/**
 * What is to be published, and what has been: the truth that streams are filled from. Rows are
 * committed by the service; `journalTable` keeps them in a table of PostgreSQL.
 */
export interface Journal<Row> {
  /** How much is not published, counted up to 100,000 rows, and since when. For metrics. */
  backlog(): Promise<Backlog>;
  /** Rows that were never published and are at least so old, the oldest first. */
  unpublished(olderThanMs: number, limit: number): Promise<readonly Row[]>;
  /** Rows that were published, and have to be published again: the newest first. */
  lost(limit: number): Promise<readonly Row[]>;
  /** False, and nothing is marked, when the epoch is not the journal's any more. Idempotent. */
  markPublished(published: readonly Published<Row>[], epoch: bigint): Promise<boolean>;
  /** Makes rows unpublished, to be published under the next publication number. */
  publishAgain(rows: readonly Row[]): Promise<void>;
  position(): Promise<StreamPosition>;
  /**
   * Makes rows unpublished whose sequence is beyond `to.sequence` and that happened after `since`,
   * to be published under the next publication number, and begins a later epoch. Answers how many
   * rows; undefined when another replica has moved the position meanwhile. Many rows take several
   * transactions, and the last one moves the position: one that breaks off is to be done again.
   */
  rewind(
    from: StreamPosition,
    to: { readonly created: Date; readonly sequence: bigint },
    since: Date,
  ): Promise<number | undefined>;
}
