export type Role = "CUSTOMER" | "ADMIN";

/** Who somebody is. */
export interface Account {
  readonly userId: string;
  readonly name: string;
  /** In lower case; no two accounts have the same. */
  readonly email: string;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
}

/** Two requests to open an account are the same when they ask for the same. */
export function isSameAccount(
  existing: Pick<Account, "name" | "email">,
  asked: Pick<Account, "name" | "email">,
): boolean {
  return existing.name === asked.name && existing.email === asked.email;
}

/** How addresses are compared and stored: "Ann@Example.org " is ann@example.org. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
