import { headers as names, type StreamSpec } from "@waybill/contracts/events";
import type { StreamConfig } from "nats";
import type { HeaderReader } from "./rawHeaders.ts";

/**
 * After a restoration of the databases, JetStream may have messages of a time that never happened. A restore epoch tells them apart: each
 * process reads it from its database at start, streams that a journal fills carry it in their metadata, and messages in a header.
 */
const metadataKey = "waybill-restore-epoch";

const epochOf = (text: string | undefined): bigint =>
  text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : 0n;

/** In which epoch a stream was created. */
export const epochOfStream = ({ metadata }: Pick<StreamConfig, "metadata">): bigint =>
  epochOf(metadata?.[metadataKey]);

/** What makes a stream one of this epoch; nothing for the first, and for streams that outlive restorations. */
export const epochMetadata = (
  { hasJournal }: StreamSpec,
  restoreEpoch: bigint,
): Pick<Partial<StreamConfig>, "metadata"> =>
  hasJournal && restoreEpoch > 0n ? { metadata: { [metadataKey]: String(restoreEpoch) } } : {};

/** The reason of dead letters that were published before the last restoration. */
export const beforeRestore = "BEFORE_RESTORE";

/** Throws for a message of an earlier epoch: what it tells may not have happened any more. */
export function expectEpoch(header: HeaderReader, restoreEpoch: bigint): void {
  if (restoreEpoch === 0n) return; // Costs nothing as long as nothing was restored.
  const epoch = epochOf(header(names.restoreEpoch));
  if (epoch < restoreEpoch) throw new BeforeRestoreError(epoch, restoreEpoch);
}

export class BeforeRestoreError extends Error {
  override readonly name = "BeforeRestoreError";

  constructor(epoch: bigint, restoreEpoch: bigint) {
    super(`published in restore epoch ${epoch}; the databases were restored in ${restoreEpoch}`);
  }
}

/** Whether a stream of one epoch suits a process of another, and what to do if not. */
export function mismatchOf(
  { name, owner, hasJournal }: StreamSpec,
  ofStream: bigint,
  ofProcess: bigint,
): string | undefined {
  if (!hasJournal || ofStream === ofProcess) return undefined;
  const both = `stream ${name} is of restore epoch ${ofStream}, this database of ${ofProcess}`;
  return ofStream < ofProcess
    ? `${both}: ${owner} is about to create the stream anew`
    : `${both}: restart this process; if that does not help, the database was restored without its epoch (npm run restore)`;
}
