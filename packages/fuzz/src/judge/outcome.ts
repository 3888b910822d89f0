/** What became of one input. */
export interface Outcome {
  /** How it was answered, for the table: "OK", "404", "still open". */
  readonly answer: string;
  /** The input was no protobuf of its type at all: gRPC's own rule is to answer that by INTERNAL. */
  readonly isUndecodable?: boolean;
  /** Why that may not be; undefined when all is well. */
  readonly wrong?: string;
  /** It says "too late" or "not now", which may be a busy machine's fault: wrong only if it is said again and again. */
  readonly mayPass?: boolean;
}
