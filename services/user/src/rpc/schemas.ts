import { isIP } from "node:net";
import { Role } from "@waybill/contracts/user";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { normalizeEmail } from "../domain/account.ts";
import { Secret } from "../domain/secret.ts";

/** RFC 5321's limit of a path, less its angle brackets. Unit: characters. */
const maxEmailLength = 254;

const minPasswordLength = 8;
const maxPasswordLength = 128;

/** A password that is to be set. */
const newPassword = secret(minPasswordLength, maxPasswordLength);

/** One that is only compared: whoever has it may have an old, short one. */
const givenPassword = secret(1, maxPasswordLength);

/** Secrets are wrapped before they are judged, so that no violation repeats them. */
function secret(min: number, max: number) {
  return z.custom<Secret>(
    (value) => value instanceof Secret && value.length >= min && value.length <= max,
    `must be ${min} to ${max} characters`,
  );
}

/** The request with the text of that field out of sight; undefined when it is empty. */
export const hiding = <Field extends string, Request extends Record<Field, string>>(
  request: Request,
  ...fields: readonly Field[]
) => {
  const hidden = fields.map((field) => {
    const text = request[field];
    return [field, text === "" ? undefined : new Secret(text)] as const;
  });
  return { ...request, ...(Object.fromEntries(hidden) as Record<Field, Secret | undefined>) };
};

export const createRule = z.object({
  userId: rules.optionalId,
  name: rules.requiredLine(200),
  email: z
    .string()
    .transform(normalizeEmail)
    .pipe(
      z
        .email("must be an email address, such as ann@example.org")
        .max(maxEmailLength, `must be at most ${maxEmailLength} characters`),
    ),
  password: newPassword.optional(),
  roles: z
    .array(rules.oneOf([Role.CUSTOMER, Role.ADMIN], "must be ROLE_CUSTOMER or ROLE_ADMIN"))
    .max(8, "must have at most 8 elements"),
});

export const getRule = z.object({ userId: rules.id });

export const listRule = z.object({ pageSize: rules.pageSize, pageToken: rules.pageToken });

export const setPasswordRule = z.object({
  userId: rules.id,
  currentPassword: secret(0, maxPasswordLength).optional(),
  newPassword,
});

export const authenticateRule = z.object({
  // Not judged further: an address that nobody can have is one that nobody has.
  email: rules.text(maxEmailLength).transform(normalizeEmail),
  password: givenPassword,
  clientAddress: z
    .string()
    .refine((address) => address === "" || isIP(address) !== 0, "must be an IP address, or empty"),
});

export const rotateRule = z.object({ requestId: rules.id });
