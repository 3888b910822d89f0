import type { ConsumerInfo, JetStreamManager, StoredMsg } from "nats";
import { isNotFound } from "./connection.ts";

/** When the first event beyond all that a durable has settled was stored; undefined when there is none. */
export async function oldestUnsettled(
  { streams }: JetStreamManager,
  { stream_name, config, num_pending, num_ack_pending, ack_floor }: ConsumerInfo,
): Promise<Date | undefined> {
  if (num_pending + num_ack_pending === 0) return undefined;
  const seq = ack_floor.stream_seq + 1;
  const subjects = config.filter_subjects ?? [config.filter_subject ?? ">"];
  const firsts = await Promise.all(
    // The server takes both; the client's type knows only one at a time.
    subjects.map((next_by_subj) =>
      streams
        .getMessage(stream_name, { seq, next_by_subj } as { seq: number })
        .catch((error: unknown): StoredMsg | undefined => {
          if (isNotFound(error)) return undefined; // There is none of this subject.
          throw error;
        }),
    ),
  );
  const times = firsts.flatMap((first) => (first === undefined ? [] : [first.time.getTime()]));
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
