/** The promises of the design that databases can tell about. */
export const promises = [
  { number: 1, title: "Stock" },
  { number: 2, title: "Money" },
  { number: 3, title: "Progress" },
  { number: 4, title: "Lifecycle" },
  { number: 5, title: "Fulfilment" },
  { number: 6, title: "Acknowledgement" },
] as const;

export type PromiseNumber = (typeof promises)[number]["number"];

/** A contradiction between what is promised and what the databases say. */
export interface Finding {
  readonly promise: PromiseNumber;
  /** What kind of contradiction, for programs: "captured-twice". */
  readonly check: string;
  /** The order's id, or the item's. */
  readonly subject: string;
  /** What is wrong with it, for people. */
  readonly text: string;
}

/** What the examination of one order came to. */
export interface Examination {
  readonly findings: readonly Finding[];
  /** Where the order is while it is not at its end, for people: "PENDING, waits in DECIDE". Undefined at its end. */
  readonly underWay: string | undefined;
  /** Why it is listed as stuck; undefined when it is not. */
  readonly stuck: string | undefined;
}

/** What one rule has against an order. */
export type Complaint = readonly [check: string, text: string];
