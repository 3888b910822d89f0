import type { z } from "zod";
import { refuse, type Violation } from "./refusal.ts";

/** How much of a wrong value is repeated to the caller. Unit: characters. */
const maxShown = 64;

/** How many violations are named. Enough to repair a request, small enough for a header. */
const maxViolations = 20;

/**
 * The request as the schema answers it. Throws the Refusal INVALID_ARGUMENT otherwise, naming each
 * wrong field by its path in proto form, its rule and what was given.
 */
export function validate<S extends z.ZodType>(schema: S, request: unknown): z.output<S> {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  throw refuse.invalid(
    result.error.issues.slice(0, maxViolations).map((issue) => violation(issue, request)),
  );
}

function violation(issue: z.core.$ZodIssue, request: unknown): Violation {
  const given = show(valueAt(request, issue.path));
  return {
    field: protoPath(issue.path, request),
    description: given === undefined ? issue.message : `${issue.message}; given: ${given}`,
  };
}

const valueAt = (from: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    from,
  );

/** The path of a field as the contracts name it: lines[2].quantity, ship_to.postal_code. */
export function protoPath(path: readonly PropertyKey[], request?: unknown): string {
  let text = "";
  path.forEach((key, index) => {
    if (typeof key === "number") text += `[${key}]`;
    else if (!isOneofPart(key, valueAt(request, path.slice(0, index))))
      text += `${text === "" ? "" : "."}${snakeCase(String(key))}`;
  });
  return text;
}

/** The generated code holds a oneof as { $case, value }, of which the contract knows nothing. */
const isOneofPart = (key: PropertyKey, parent: unknown): boolean =>
  key === "$case" ||
  (key === "value" && typeof parent === "object" && parent !== null && "$case" in parent);

const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The value as a person would write it; undefined for what is too large or not there. */
function show(value: unknown): string | undefined {
  if (typeof value === "string") {
    const text = JSON.stringify(value.slice(0, maxShown).toWellFormed());
    return value.length > maxShown ? `${text} and ${value.length - maxShown} more` : text;
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (Array.isArray(value)) return `${value.length} elements`;
  return undefined;
}
