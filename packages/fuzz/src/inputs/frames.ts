import fc from "fast-check";

/** What a client of HTTP/2 sends first. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

const HEAD_BYTES = 9;
const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
} as const;
const END_STREAM = 1;
const END_HEADERS = 4;

/** A frame of HTTP/2; `lie` is added to the length that it claims. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array,
  lie = 0,
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE((payload.length + lie) & 0xffffff, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

const setting = (id: number, value: number): Buffer =>
  Buffer.concat([word(id).subarray(2), word(value)]);

/** A header as HPACK has it, neither compressed nor remembered. */
function header(name: string, value: string): Buffer {
  const text = (content: string) =>
    Buffer.concat([lengthOf(content), Buffer.from(content, "latin1")]);
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** A length as HPACK has it, in seven bits and more. */
function lengthOf(text: string): Buffer {
  const { length } = Buffer.from(text, "latin1");
  if (length < 127) return Buffer.from([length]);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

type Headers = readonly (readonly [name: string, value: string])[];

const headersOf = (path: string): Headers => [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", path],
  [":authority", "localhost"],
  ["content-type", "application/grpc"],
  ["te", "trailers"],
];

const block = (headers: Headers): Buffer =>
  Buffer.concat(headers.map(([name, value]) => header(name, value)));

const hello = Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, Buffer.alloc(0))]);

const times = (count: number, one: (index: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, index) => one(index)));

const stream = (index: number): number => 2 * index + 1;

/** A call of this path; more than one message may be claimed or compressed that is not. */
const call = (path: string, id: number, content: Uint8Array): Buffer =>
  Buffer.concat([
    frame(TYPE.headers, END_HEADERS, id, block(headersOf(path))),
    frame(TYPE.data, END_STREAM, id, content),
  ]);

const anyFrame = fc
  .record({
    type: fc.integer({ min: 0, max: 12 }),
    flags: fc.integer({ min: 0, max: 255 }),
    stream: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
    payload: fc.uint8Array({ maxLength: 64 }),
    lie: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -64, max: 70_000 }) },
    ),
  })
  .map(({ type, flags, stream, payload, lie }) => frame(type, flags, stream, payload, lie));

const anySettings = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom(0, 1, 16_384, 2 ** 31 - 1, 2 ** 32 - 1),
    ),
    { maxLength: 8 },
  )
  .map((settings) =>
    frame(TYPE.settings, 0, 0, Buffer.concat(settings.map(([id, value]) => setting(id, value)))),
  );

/** Headers that node's own client would not send. */
const oddHeaders: fc.Arbitrary<Headers> = fc.array(
  fc.tuple(
    fc.constantFrom(
      ":path",
      ":method",
      "",
      "UPPER",
      "te",
      "connection",
      "content-length",
      "grpc-timeout",
      "grpc-encoding",
      "x\0",
      "host",
      ":status",
    ),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom("-1", "gzip", "9".repeat(30), "x".repeat(9_000)),
    ),
  ),
  { maxLength: 6 },
);

const counts = fc.constantFrom(1, 10, 100, 300);

/** How gRPC frames a message, or not: the flag of compression, a length that lies, more than one. */
const grpcFrames = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 255),
    fc.constantFrom(0, 1, 5, 4 * 2 ** 20 + 1, 2 ** 32 - 1),
    fc.uint8Array({ maxLength: 12 }),
  )
  .map(([flag, length, rest]) => Buffer.concat([Buffer.from([flag]), word(length), rest]));

/** Bytes for a server that speaks HTTP/2: nothing of it, nearly it, and it with bad intentions. `path` is an RPC's. */
export function connections(path: string): fc.Arbitrary<Uint8Array> {
  const afterHello = (bytes: fc.Arbitrary<Buffer>) =>
    bytes.map((rest) => Buffer.concat([hello, rest]));
  return fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    http1,
    afterHello(fc.array(anyFrame, { maxLength: 20 }).map((frames) => Buffer.concat(frames))),
    fc
      .tuple(anySettings, fc.array(anyFrame, { maxLength: 4 }))
      .map(([settings, frames]) =>
        Buffer.concat([PREFACE, settings, call(path, 1, Buffer.alloc(5)), ...frames]),
      ),
    afterHello(grpcFrames.map((content) => call(path, 1, content))),
    afterHello(
      oddHeaders.map((odd) =>
        frame(TYPE.headers, END_HEADERS | END_STREAM, 1, block([...headersOf(path), ...odd])),
      ),
    ),
    afterHello(counts.map((count) => times(count, (index) => rapidReset(path, stream(index))))),
    afterHello(counts.map((count) => continuationFlood(path, count))),
    afterHello(counts.map((count) => times(count, () => frame(TYPE.ping, 0, 0, Buffer.alloc(8))))),
    afterHello(
      counts.map((count) => times(count, () => frame(TYPE.settings, 0, 0, setting(4, 0)))),
    ),
    afterHello(
      counts.map((count) =>
        times(count, (index) => frame(TYPE.windowUpdate, 0, index, word(2 ** 31 - 1))),
      ),
    ),
    fc
      .tuple(
        fc.constant(Buffer.concat([hello, call(path, 1, Buffer.alloc(5))])),
        fc.integer({ min: 0, max: 300 }),
      )
      .map(([all, length]) => all.subarray(0, length)),
  );
}

const rapidReset = (path: string, id: number): Buffer =>
  Buffer.concat([
    frame(TYPE.headers, END_HEADERS, id, block(headersOf(path))),
    frame(TYPE.reset, 0, id, word(8)),
  ]);

/** Headers that never end. */
const continuationFlood = (path: string, count: number): Buffer =>
  Buffer.concat([
    frame(TYPE.headers, 0, 1, block(headersOf(path))),
    times(count, () => frame(TYPE.continuation, 0, 1, header("x-more", "x".repeat(1_000)))),
  ]);

/** Bytes that begin as HTTP/1.1 does. */
export const http1: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom(
      "GET / HTTP/1.1",
      "POST /api/orders HTTP/1.1",
      "GET /healthz HTTP/9.9",
      "PRI * HTTP/2.0",
      "CONNECT x:1 HTTP/1.1",
      "get /",
      "POST /api/auth/login HTTP/1.0",
      "OPTIONS * HTTP/1.1",
    ),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          "Host: x",
          "Content-Length: 5",
          "Content-Length: -1",
          "Content-Length: 99999999999999999999",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: chunked, gzip",
          "Expect: 100-continue",
          "Connection: Upgrade\r\nUpgrade: h2c",
          "Content-Type: application/json",
          " folded",
          `X: ${"x".repeat(20_000)}`,
        ),
        fc.string({ unit: "binary", maxLength: 30 }),
      ),
      { maxLength: 6 },
    ),
    fc.constantFrom(
      "\r\n\r\n",
      "\n\n",
      "\r\n",
      "\r\n\r\nffffffffffffffff1\r\nx\r\n",
      "\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      '\r\n\r\n{"a"',
    ),
  )
  .map(([first, headers, rest]) => Buffer.from(`${[first, ...headers].join("\r\n")}${rest}`));
