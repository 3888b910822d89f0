import { create, type DescField, type DescMessage, ScalarType, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { Plausible } from "./fields.ts";
import { lists } from "./lists.ts";
import { hostileEnum, hostileInt32, hostileInt64, timestamps } from "./numbers.ts";
import { hostileText } from "./texts.ts";

/** The content of a message, its fields by their names in code. */
export type Content = Readonly<Record<string, unknown>>;

/** How often a field is as it should be, beside 1 that it is not: so that many messages pass, and most that do not have one fault alone. */
const SOUND = 20;

/** How often a field is there, beside 1 that it is not. */
const PRESENT = 20;

/** Fields that are as well left out: filters of lists, and what is only sometimes allowed. */
const mayBeLeftOut =
  /^List\w+\.|^CreateOrderRequest\.(order_id|request_id)|\.(tried|roles|after_position)$/;

/** Contents of a message of this type: mostly plausible, and in any field sometimes what nobody expects. */
export function contents(message: DescMessage, plausible: Plausible): fc.Arbitrary<Content> {
  if (message.typeName === "google.protobuf.Timestamp") return timestamps;
  const fields = message.fields.map((field) => [field.localName, valuesOf(field, plausible)]);
  return fc.record(Object.fromEntries(fields));
}

/** The bytes of such a content. */
export const bytesOf = (message: DescMessage, content: Content): Uint8Array =>
  toBinary(message, create(message, content));

function valuesOf(field: DescField, plausible: Plausible): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case "message":
      return present(field, messages(field, plausible));
    case "list":
      return present(field, lists(elementsOf(field, plausible)));
    case "map":
      throw new Error(`${field} is a map, which no request has had so far`);
    case "enum":
      return enums(field.enum.values.map(({ number }) => number));
    case "scalar":
      return present(field, scalars(field.scalar, plausible(field.name, field.parent.name)));
    default:
      return field satisfies never;
  }
}

function messages(field: DescField & { message: DescMessage }, plausible: Plausible) {
  const any = contents(field.message, plausible);
  const usual = plausible(field.name, field.parent.name);
  return usual === undefined ? any : sound(usual, any);
}

function elementsOf(
  field: DescField & { fieldKind: "list" },
  plausible: Plausible,
): fc.Arbitrary<unknown> {
  switch (field.listKind) {
    case "message":
      return contents(field.message, plausible);
    case "enum":
      return enums(field.enum.values.map(({ number }) => number));
    default:
      return scalars(field.scalar, plausible(field.name, field.parent.name));
  }
}

function scalars(type: ScalarType, plausible: fc.Arbitrary<unknown> | undefined) {
  const hostile = hostileScalars(type);
  return plausible === undefined ? hostile : sound(plausible, hostile);
}

function hostileScalars(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return hostileText;
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.INT32:
      return hostileInt32;
    case ScalarType.INT64:
      return hostileInt64;
    default:
      throw new Error(`No request has had a field of type ${ScalarType[type]} so far`);
  }
}

/** 0 stands for none, which few may leave it at. */
const enums = ([none = 0, ...numbers]: readonly number[]) =>
  fc.oneof(
    { weight: SOUND, arbitrary: fc.constantFrom(...numbers) },
    { weight: 2, arbitrary: fc.constant(none) },
    { weight: 1, arbitrary: hostileEnum },
  );

const sound = (plausible: fc.Arbitrary<unknown>, hostile: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: SOUND, arbitrary: plausible }, { weight: 1, arbitrary: hostile });

const present = ({ parent, name }: DescField, values: fc.Arbitrary<unknown>) =>
  fc.option(values, {
    nil: undefined,
    freq: mayBeLeftOut.test(`${parent.name}.${name}`) ? 2 : PRESENT,
  });
