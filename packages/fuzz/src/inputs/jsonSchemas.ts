import fc from "fast-check";
import type { Plausible } from "./fields.ts";
import { lists } from "./lists.ts";
import { hostileInt32, hostileInt64 } from "./numbers.ts";
import { hostileText } from "./texts.ts";

/** As much of JSON Schema as the gateway's document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The schemas that others refer to, by their reference. */
export type Referred = (reference: string) => Schema;

/** How often a value is as the schema wants it, beside 1 that it is not. */
const SOUND = 20;

/** Values that JSON can say and hardly any schema wants. */
const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], "", "1"),
  hostileText,
  hostileInt32,
  hostileInt64.map(Number),
  fc.constant({ toString: 1, __proto__: null, constructor: { prototype: {} } }),
  fc.array(fc.constantFrom(1, "a", null), { maxLength: 120 }),
);

/** Values of a schema, mostly plausible, and in any place sometimes what it forbids. `name` is the field's own. */
export function jsonValues(
  schema: Schema,
  name: string,
  plausible: Plausible,
  referred: Referred,
): fc.Arbitrary<unknown> {
  const within = (inner: Schema, field: string) => jsonValues(inner, field, plausible, referred);
  const kind = kindOf(schema);
  if (schema.$ref !== undefined) return within(referred(schema.$ref), name);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => within(choice, name)));
  if (schema.const !== undefined) return sound(fc.constant(schema.const));
  if (schema.enum !== undefined) return sound(fc.constantFrom(...schema.enum));
  if (kind === "object") return objects(schema, within);
  if (kind === "array") return sound(lists(within(schema.items ?? {}, name)));
  return sound(plausible(protoName(name), "")?.map(jsonOf(kind)) ?? scalars(kind));
}

const kindOf = ({ type }: Schema): string | undefined =>
  typeof type === "string" ? type : type?.find((one) => one !== "null");

function objects(
  schema: Schema,
  within: (inner: Schema, field: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [
    name,
    fc.option(within(inner, name), { nil: undefined, freq: SOUND }),
  ]);
  return sound(fc.record(Object.fromEntries(properties)));
}

function scalars(kind: string | undefined): fc.Arbitrary<unknown> {
  switch (kind) {
    case "string":
      return fc.string({ maxLength: 30 });
    case "integer":
    case "number":
      return fc.integer({ min: 0, max: 1_000 });
    case "boolean":
      return fc.boolean();
    default:
      return hostileJson;
  }
}

const sound = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: SOUND, arbitrary: values }, { weight: 1, arbitrary: hostileJson });

/** Numbers are numbers in JSON, where the schema says so, and times are texts. */
const jsonOf =
  (kind: string | undefined) =>
  (value: unknown): unknown => {
    if (kind === "integer" || kind === "number") return Number(value);
    return typeof value === "object" ? "2030-01-01T00:00:00Z" : String(value);
  };

/** What the contracts call a field of a request: itemId is item_id there, and availableQty on_hand. */
function protoName(name: string): string {
  const proto = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll("-", "_");
  return otherNames[proto] ?? proto;
}

const otherNames: Readonly<Record<string, string>> = {
  idempotency_key: "request_id",
  item_name: "name",
  available_qty: "on_hand",
  unit_price: "minor_units",
};
