import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { Headers } from "../inputs/headers.ts";

/** How an RPC was answered. */
export interface GrpcAnswer {
  /** A gRPC code; or how the call ended without one. */
  readonly end: number | "no answer" | "cut off" | "still open";
  readonly text: string;
  /** google.rpc.Status, encoded; empty when there are none. */
  readonly details: Uint8Array;
  /** The first message; undefined when there was none. */
  readonly message: Uint8Array | undefined;
}

export interface GrpcCall {
  readonly path: string;
  readonly headers: Headers;
  readonly message: Uint8Array;
  /** A stream is left once its first message is there, or after a short while. */
  readonly isStream: boolean;
}

/** Longer than any deadline that a server sets itself, but for streams. Unit: ms. */
const GIVE_UP_MS = 40_000;
const LEAVE_STREAM_MS = 500;
const PREFIX_BYTES = 5;

/** Pages of many calls at once; beyond that Node itself would refuse new calls. */
const MAX_MEMORY_MIB = 4_096;

/** Calls RPCs of one server over bare HTTP/2, so that bytes and headers arrive as they are. */
export class GrpcCaller implements Disposable {
  readonly #address: string;
  #session: ClientHttp2Session | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** Never rejects. */
  call(call: GrpcCall): Promise<GrpcAnswer> {
    return new Promise((resolve) => {
      const stream = this.#open().request({
        ...call.headers,
        ":method": "POST",
        ":path": call.path,
        "content-type": "application/grpc",
        te: "trailers",
      });
      answerOf(stream, call.isStream).then(resolve);
      stream.end(framed(call.message));
    });
  }

  #open(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed)
      return this.#session;
    const session = connect(`http://${this.#address}`, { maxSessionMemory: MAX_MEMORY_MIB });
    session.on("error", () => session.destroy()); // Its calls are cut off, and say so.
    this.#session = session;
    return session;
  }

  [Symbol.dispose](): void {
    this.#session?.destroy();
  }
}

/** A message as gRPC frames it: not compressed, its length, its bytes. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

type Incoming = Readonly<Record<string, unknown>>;

function answerOf(stream: ClientHttp2Stream, isStream: boolean): Promise<GrpcAnswer> {
  let status: Incoming | undefined;
  let end: GrpcAnswer["end"] = "cut off";
  let problem = "";
  const received: Buffer[] = [];
  const leave = (why: "no answer" | "still open") => {
    end = why;
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const giveUp = setTimeout(() => leave("no answer"), GIVE_UP_MS);
  const quit = isStream ? setTimeout(() => leave("still open"), LEAVE_STREAM_MS) : undefined;
  const take = (headers: Incoming) => {
    if (headers["grpc-status"] !== undefined) status ??= headers;
    else if (headers[":status"] !== undefined) problem = `HTTP status ${headers[":status"]}`;
  };
  stream.on("response", take);
  stream.on("trailers", take);
  stream.on("data", (data: Buffer) => {
    received.push(data);
    if (isStream && firstMessage(received) !== undefined) leave("still open");
  });
  stream.on("error", (error) => {
    problem = error.message;
  });
  return new Promise((resolve) => {
    stream.once("close", () => {
      clearTimeout(giveUp);
      clearTimeout(quit);
      resolve({
        end: status === undefined ? end : Number(status["grpc-status"]),
        text: String(status?.["grpc-message"] ?? `${problem} RST ${stream.rstCode}`),
        details: Buffer.from(String(status?.["grpc-status-details-bin"] ?? ""), "base64"),
        message: firstMessage(received),
      });
    });
  });
}

function firstMessage(received: readonly Buffer[]): Uint8Array | undefined {
  const bytes = Buffer.concat(received);
  if (bytes.length < PREFIX_BYTES) return undefined;
  const end = PREFIX_BYTES + bytes.readUInt32BE(1);
  return bytes.length < end ? undefined : bytes.subarray(PREFIX_BYTES, end);
}
