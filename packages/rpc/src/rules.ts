import { idPattern } from "@waybill/contracts/ids";
import { z } from "zod";

/** Limits that several contracts share; each is said in the comment of its field too. */
export const limits = {
  /** Elements of one batch request. */
  batch: 512,
  /** Entries of one page. */
  pageSize: 500,
  defaultPageSize: 50,
  /** Pieces of one line. */
  quantity: 10_000,
  /** Minor units of an amount: what a double still holds exactly, for JSON's sake. */
  minorUnits: BigInt(Number.MAX_SAFE_INTEGER),
} as const;

const idRule = 'must be 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-"';

const id = z.string().regex(idPattern, idRule);
const optionalId = z.string().regex(/^[A-Za-z0-9_-]{0,64}$/, idRule);

/** PostgreSQL cannot store NUL in text. */
const storable = (text: string): boolean => !text.includes("\0");

const text = (max: number) =>
  z
    .string()
    .max(max, `must be at most ${max} characters`)
    .refine(storable, "must not contain the character NUL");

const requiredText = (max: number) => text(max).min(1, `must be 1 to ${max} characters`);

/** Text that stays where it is put, in a mail's greeting or on a label: no control characters, no other separators of lines. */
const requiredLine = (max: number) =>
  requiredText(max).refine(
    (line) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line),
    "must be one line, without control characters",
  );

const integer = (min: number, max: number) => {
  const rule = `must be ${min} to ${max}`;
  return z.int(rule).min(min, rule).max(max, rule);
};

const quantity = integer(1, limits.quantity);

/** 0, the default, becomes 50. */
const pageSize = integer(0, limits.pageSize).transform((size) => size || limits.defaultPageSize);

const currency = z.string().regex(/^[A-Z]{3}$/, "must be three capital letters (ISO 4217)");

const minorUnitsRule = `must be 0 to ${limits.minorUnits}`;

const money = z.object(
  {
    minorUnits: z.bigint().min(0n, minorUnitsRule).max(limits.minorUnits, minorUnitsRule),
    currency,
  },
  "must be given",
);

const country = z.string().regex(/^[A-Z]{2}$/, "must be two capital letters (ISO 3166-1)");

/** What a Timestamp can say; a page token could not carry years of more digits. */
const timeRule = "must be a time between the years 1 and 9999";
const timestamp = z
  .date(timeRule)
  .min(new Date("0001-01-01T00:00:00.000Z"), timeRule)
  .max(new Date("9999-12-31T23:59:59.999Z"), timeRule);

/** A time that the contract allows to be absent. */
const optionalTime = timestamp.optional();

const time = z.date("must be given");

const list = <T extends z.ZodType>(element: T, max: number) => {
  const rule = `must have 1 to ${max} elements`;
  return z.array(element).min(1, rule).max(max, rule);
};

const oneOf = <const T extends string | number>(values: readonly T[], rule: string) =>
  z.custom<T>((value) => values.includes(value as T), rule);

/** Schemas for what the contracts have in common. Messages are whole rules, for people. */
export const rules = {
  id,
  /** An id, or "" for none. */
  optionalId,
  pageSize,
  /** Any page token; decodePageToken judges it. */
  pageToken: z.string(),
  quantity,
  integer,
  money,
  currency,
  country,
  /** At most `max` characters, or none. */
  text,
  /** 1 to `max` characters. */
  requiredText,
  /** 1 to `max` characters on one line. */
  requiredLine,
  time,
  optionalTime,
  /** 1 to `max` elements. */
  list,
  /** The elements of a batch: 1 to 512. */
  batch: <T extends z.ZodType>(element: T) => list(element, limits.batch),
  /** One of these values; `rule` says which. */
  oneOf,
} as const;
