import fc from "fast-check";

/** Who calls: a valid token of this kind. */
export type Role = "customer" | "admin" | "service";

/** The tokens of a stack. */
export type Tokens = Readonly<Record<Role, string>>;

/** Headers as they are sent. */
export type Headers = Readonly<Record<string, string>>;

const jwt = (header: string, payload: string, signature: string): string =>
  [header, payload, signature].map((part) => Buffer.from(part).toString("base64url")).join(".");

/** What may stand in a header on the wire. Others are sent as raw bytes. */
const headerText = (maxLength: number) =>
  fc
    .string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength,
    })
    .map((text) => text.trim());

/** Authorization headers that prove nothing. */
const unproven: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "Bearer",
    "Bearer  ",
    "Basic YTpi",
    "Bearer a.b.c",
    `Bearer ${"a".repeat(4_000)}`,
    `Bearer ${jwt('{"alg":"none"}', '{"sub":"service:workflow"}', "")}`,
    `Bearer ${jwt('{"alg":"EdDSA","kid":"__proto__"}', '{"iss":"waybill-local","aud":"waybill","exp":9e99,"sub":5}', "x")}`,
    `Bearer ${jwt('{"alg":"HS256","crit":["x"]}', "[]", "x")}`,
    `Bearer ${jwt("null", "null", "")}`,
  ),
  headerText(200).map((text) => `Bearer ${text}`),
);

/** A token by which the input is admitted, mostly; sometimes another's, a broken one, or none. */
export function authorizations(tokens: Tokens, admitted: readonly Role[]): fc.Arbitrary<Headers> {
  const bearer = (role: Role): Headers => ({ authorization: `Bearer ${tokens[role]}` });
  const all = Object.keys(tokens) as Role[];
  const right = admitted.length === 0 ? all : admitted;
  return fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...right).map(bearer) },
    { weight: 1, arbitrary: fc.constantFrom(...all).map(bearer) },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: unproven.map((authorization) => ({ authorization })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...right), fc.integer({ min: 20, max: 400 }))
        .map(([role, at]) => ({ authorization: tampered(bearer(role).authorization ?? "", at) })),
    },
  );
}

const tampered = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;

/** Deadlines that gRPC does not know, and some that it does. */
const timeouts = [
  "-1S",
  "0n",
  "1n",
  "1m",
  "1S",
  "99999999H",
  "999999999S",
  "1",
  "S",
  "1.5S",
  "",
  "١S",
];

/** A traceparent as W3C has it, nearly. */
const traces = ["", "00", "00-0-0-0", "zz-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"];

/** Headers that somebody understands, with what they do not; encoded so that they can be sent at all. */
const odd: fc.Arbitrary<Headers> = fc.oneof(
  fc.constantFrom(...traces).map((traceparent) => ({ traceparent })),
  headerText(300).map((tracestate) => ({ tracestate })),
  headerText(300).map((baggage) => ({ baggage })),
  headerText(200).map((id) => ({ "x-request-id": id })),
  headerText(60).map((id) => ({ "idempotency-key": id })),
  headerText(60).map((id) => ({ "last-event-id": id })),
  headerText(60).map((cookie) => ({ cookie })),
  headerText(60).map((origin) => ({ origin })),
  fc
    .constantFrom("1.2.3.4", "::1, x", "unknown", "a".repeat(300))
    .map((by) => ({ "x-forwarded-for": by })),
  fc.constant({ "x-large": "x".repeat(3_000) }),
);

/** Those that mean something to gRPC. */
const oddOfGrpc: fc.Arbitrary<Headers> = fc.oneof(
  fc.constantFrom(...timeouts.map(latin)).map((timeout) => ({ "grpc-timeout": timeout })),
  fc.constantFrom("gzip", "snappy", "").map((name) => ({ "grpc-accept-encoding": name })),
  fc.constantFrom("-5", "abc", "1e9").map((ms) => ({ "waybill-timeout-ms": ms })),
  headerText(40).map((value) => ({ "some-bin": value })),
  headerText(40).map((value) => ({ "user-agent": value })),
);

/** Header values are bytes. */
function latin(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const few = (headers: fc.Arbitrary<Headers>): fc.Arbitrary<Headers> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: headers },
    {
      weight: 1,
      arbitrary: fc
        .array(headers, { minLength: 2, maxLength: 4 })
        .map((all) => Object.assign({}, ...all)),
    },
  );

/** What is sent beside the authorization with an RPC. */
export const oddMetadata: fc.Arbitrary<Headers> = few(fc.oneof(odd, oddOfGrpc));

/** The same with an HTTP request. */
export const oddHeaders: fc.Arbitrary<Headers> = few(odd);
