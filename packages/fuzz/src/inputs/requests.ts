import fc from "fast-check";
import type { Plausible } from "./fields.ts";
import { authorizations, type Headers, oddHeaders, type Tokens } from "./headers.ts";
import { jsonValues, type Referred, type Schema } from "./jsonSchemas.ts";
import { type Mutation, mutated, mutations } from "./mutations.ts";

/** One operation of the gateway's OpenAPI document. */
export interface Operation {
  readonly method: string;
  /** "/api/orders/{orderId}" */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

/** A request as it is sent. */
export interface RequestInput {
  readonly method: string;
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Body;
}

/** JSON of a value after changes to its bytes, other bytes, or nothing. */
export type Body =
  | { readonly kind: "json"; readonly value: unknown; readonly changes: readonly Mutation[] }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "none" };

/** Requests of an operation, mostly plausible, and in any place sometimes what nobody expects. */
export function requests(
  operation: Operation,
  { plausible, referred, tokens }: { plausible: Plausible; referred: Referred; tokens: Tokens },
): fc.Arbitrary<RequestInput> {
  const valuesIn = (place: string): fc.Arbitrary<Readonly<Record<string, unknown>>> => {
    const own = operation.parameters.filter((parameter) => parameter.in === place);
    const values = own.map(({ name, schema }) => [
      name,
      place === "path"
        ? jsonValues(schema, name, plausible, referred)
        : fc.option(jsonValues(schema, name, plausible, referred), { nil: undefined }),
    ]);
    return fc.record(Object.fromEntries(values));
  };
  const parts = {
    path: valuesIn("path"),
    query: valuesIn("query"),
    header: valuesIn("header"),
    stray: stray,
    headers: fc.tuple(oddHeaders, authorizations(tokens, ["customer", "admin", "admin"]), types),
    body: bodies(operation.body, (schema) => jsonValues(schema, "", plausible, referred)),
  };
  return fc.record(parts).map(({ path, query, header, stray, headers, body }) => ({
    method: operation.method,
    target: `${pathOf(operation.path, path)}${queryOf({ ...query, ...stray })}`,
    headers: { ...headersOf(header), ...Object.assign({}, ...headers) },
    body,
  }));
}

const types: fc.Arbitrary<Headers> = fc.oneof(
  { weight: 30, arbitrary: fc.constant({ "content-type": "application/json" }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        ...["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "*/*"],
        ...["application/json; charset=utf-16", "application/json; charset=", "APPLICATION/JSON"],
      )
      .map((type) => ({ "content-type": type })),
  },
);

/** Parameters that no operation has. */
const stray: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("__proto__", "pageSize[]", "a".repeat(2_000), "")
      .map((name) => ({ [name]: "1" })),
  },
);

/** The gateway's limit of a body, and one beyond; then far beyond. Unit: bytes. */
const sizes = [65_535, 65_536, 65_537, 1_000_000] as const;

function bodies(
  schema: Schema | undefined,
  valuesOf: (schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Body> {
  const none = { kind: "none" } as const;
  const odd = fc.oneof(
    fc.constant(none),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ kind: "bytes" as const, bytes })),
    fc
      .constantFrom("null", "[", '"', "{}", "1e999", "[[[[", "\ufeff{}", '{"__proto__":1}', "nul")
      .map(text),
    fc.constantFrom(...sizes).map((size) => text(JSON.stringify("x".repeat(size - 2)))),
    fc.constantFrom(500, 5_000, 30_000).map((depth) => text("[".repeat(depth) + "]".repeat(depth))),
  );
  if (schema === undefined)
    return fc.oneof(
      { weight: 20, arbitrary: fc.constant<Body>(none) },
      { weight: 1, arbitrary: odd },
    );
  const json = fc.record({
    kind: fc.constant("json" as const),
    value: valuesOf(schema),
    changes: mutations,
  });
  return fc.oneof(
    { weight: 15, arbitrary: json as fc.Arbitrary<Body> },
    { weight: 1, arbitrary: odd },
  );
}

const text = (content: string) => ({ kind: "bytes" as const, bytes: Buffer.from(content) });

/** The bytes of a body. */
export function bytesOfBody(body: Body): Uint8Array {
  switch (body.kind) {
    case "json":
      return mutated(Buffer.from(JSON.stringify(body.value) ?? ""), body.changes);
    case "bytes":
      return body.bytes;
    case "none":
      return new Uint8Array();
    default:
      return body satisfies never;
  }
}

const pathOf = (path: string, values: Readonly<Record<string, unknown>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(values[name]));

function queryOf(values: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  const text = pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  return text === "" ? "" : `?${text}`;
}

const headersOf = (values: Readonly<Record<string, unknown>>): Headers =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.toLowerCase(), asciiOf(value)]),
  );

/** Longer paths are refused before any route is looked for. Unit: characters. */
const MAX_PART = 3_000;

/** As a part of a path or query. What is encoded wrongly already stays so. */
function encoded(value: unknown): string {
  const plain = textOf(value).slice(0, MAX_PART);
  return /^%[\w%]*$/.test(plain) ? plain : encodeURIComponent(plain.toWellFormed());
}

const asciiOf = (value: unknown): string =>
  textOf(value)
    .replace(/[^\x20-\x7e]/g, "?")
    .trim()
    .slice(0, MAX_PART);

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");
