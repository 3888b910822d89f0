/** What NATS has done since it started. */
export interface MessageCosts {
  /** That came in: events, acknowledgements, requests for more. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** In and out. */
  readonly messageBytes: number;
  /** Messages that were stored in streams. */
  readonly events: number;
  /** Stored messages that were handed to consumers, also for the second time. */
  readonly deliveries: number;
}

interface Varz {
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
}

interface Jsz {
  readonly account_details?: readonly { readonly stream_detail?: readonly StreamDetail[] }[];
}

interface StreamDetail {
  readonly state: { readonly last_seq: number };
  readonly consumer_detail?: readonly { readonly delivered: { readonly consumer_seq: number } }[];
}

const timeoutMs = 10_000;

/** Reads what NATS counts from its monitoring port. */
export async function readMessages(monitorPort: number): Promise<MessageCosts> {
  const [varz, jsz] = await Promise.all([
    ask<Varz>(monitorPort, "varz"),
    ask<Jsz>(monitorPort, "jsz?accounts=true&streams=true&consumers=true"),
  ]);
  const streams = (jsz.account_details ?? []).flatMap(({ stream_detail = [] }) => stream_detail);
  const consumers = streams.flatMap(({ consumer_detail = [] }) => consumer_detail);
  return {
    messagesIn: varz.in_msgs,
    messagesOut: varz.out_msgs,
    messageBytes: varz.in_bytes + varz.out_bytes,
    events: streams.reduce((sum, { state }) => sum + state.last_seq, 0),
    deliveries: consumers.reduce((sum, { delivered }) => sum + delivered.consumer_seq, 0),
  };
}

async function ask<T>(port: number, path: string): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal });
  if (!answer.ok) throw new Error(`NATS answered ${answer.status} to ${path}`);
  return (await answer.json()) as T;
}
