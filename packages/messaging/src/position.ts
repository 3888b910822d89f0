/** A place in a stream, between two messages. */
export interface Position {
  /** When the stream was created: the same name and sequence elsewhere are another place. */
  readonly created: Date;
  /** Of the message before it; 0 at the beginning. */
  readonly sequence: bigint;
}

/** The position is not in the stream any more, or never was. */
export class PositionGoneError extends Error {
  override readonly name = "PositionGoneError";
}

/** As opaque text, for clients. */
export const encodePosition = ({ created, sequence }: Position): string =>
  Buffer.from(`${created.getTime()}.${sequence}`).toString("base64url");

/** Throws PositionGoneError when the text is no position. */
export function decodePosition(text: string): Position {
  const plain = Buffer.from(text, "base64url").toString();
  const [, created, sequence] = /^(\d{1,15})\.(\d{1,18})$/.exec(plain) ?? [];
  if (created === undefined || sequence === undefined) {
    throw new PositionGoneError(`"${text}" is no position in a stream`);
  }
  return { created: new Date(Number(created)), sequence: BigInt(sequence) };
}
