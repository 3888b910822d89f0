/** What happens to a stack, for whoever shows it. */
export type StackEvent =
  /** A part serves. */
  | { kind: "ready"; part: string; address: string; tookMs: number }
  /** A part serves again after it had ended. */
  | { kind: "recovered"; part: string; tookMs: number }
  /** A part has ended unasked, or could not be started, and is started again after a while. */
  | {
      kind: "failed";
      part: string;
      problem: string;
      /** Its last lines. */
      output: string;
      /** How often in a row. */
      failures: number;
      againInMs: number;
    }
  /** Something else worth knowing. */
  | { kind: "note"; text: string };
