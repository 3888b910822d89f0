import { createPostgreSqlTypeParsers } from "@mikro-orm/postgresql";
import { type CustomTypesConfig, TypeOverrides, types } from "pg";

/** Object ids of types, as in pg_type. Unlike pg's own list, arrays included. */
const oid: Record<"int8" | "date" | "textArray" | "int8Array", number> = {
  int8: 20,
  date: 1082,
  textArray: 1009,
  int8Array: 1016,
};

type Parser = (text: string) => unknown;

const parseTextArray: (text: string) => (string | null)[] = types.getTypeParser(oid.textArray);

/** How the columns of `Sql.rows` are read: see there. */
export const statementTypes: CustomTypesConfig = overrides({
  [oid.int8]: BigInt,
  [oid.int8Array]: (text) =>
    parseTextArray(text).map((item) => (item === null ? null : BigInt(item))),
  [oid.date]: (text) => text,
});

/** How MikroORM's own driver reads columns; entities convert them further by their properties. */
export const entityTypes: CustomTypesConfig = overrides(
  createPostgreSqlTypeParsers((text) => parseTextArray(text) as string[]),
);

function overrides(parsers: Record<number, Parser>): CustomTypesConfig {
  const overridden = new TypeOverrides();
  for (const [id, parser] of Object.entries(parsers)) overridden.setTypeParser(Number(id), parser);
  return overridden as CustomTypesConfig;
}
