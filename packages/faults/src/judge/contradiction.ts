/** Something that a client was told, and that is not so. */
export interface Contradiction {
  /** What kind, for programs: "acknowledged-missing". */
  readonly check: string;
  /** The request concerned. */
  readonly request: string;
  /** The orders concerned. */
  readonly orderIds: readonly string[];
  /** What is wrong, for people. */
  readonly text: string;
}
