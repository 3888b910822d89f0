export type Role = "CUSTOMER" | "ADMIN";

/** Who somebody is. */
export interface Account {
  readonly userId: string;
  readonly name: string;
  /** In lower case; no two accounts have the same. */
  readonly email: string;
  /** Sorted, CUSTOMER always among them. */
  readonly roles: readonly Role[];
  readonly createdAt: Date;
}

/** Two requests to open an account are the same when they ask for the same; passwords are not compared. */
export function isSameAccount(
  existing: Pick<Account, "name" | "email" | "roles">,
  asked: Pick<Account, "name" | "email" | "roles">,
): boolean {
  return (
    existing.name === asked.name &&
    existing.email === asked.email &&
    grantedRoles(existing.roles).join() === grantedRoles(asked.roles).join()
  );
}

/** The roles of an account that was asked for with these: each once, sorted, and every account is a customer's. */
export function grantedRoles(asked: readonly Role[]): readonly Role[] {
  return [...new Set<Role>(["CUSTOMER", ...asked])].sort();
}

/** How addresses are compared and stored: "Ann@Example.org " is ann@example.org. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}
