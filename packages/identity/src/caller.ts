import { AsyncLocalStorage } from "node:async_hooks";

/** What a person may do. Every user is a customer, too. */
export type Role = "customer" | "admin";

/** Who makes a call. */
export type Caller =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "user";
      readonly userId: string;
      readonly roles: readonly Role[];
      /** The verified token, for calls that are made on behalf of the user. */
      readonly token: string;
    }
  /** A process, or an operator's tool: "workflow", "gateway". */
  | { readonly kind: "service"; readonly name: string };

const callers = new AsyncLocalStorage<Caller>();

/** Runs the work, and what it begins, as the caller's. */
export const actingAs = <T>(caller: Caller, work: () => T): T => callers.run(caller, work);

/**
 * Who makes the call that is being handled. Throws outside of one, and where no guard was set up:
 * nobody is ever taken for somebody by mistake.
 */
export function callerOf(): Caller {
  const caller = callers.getStore();
  if (caller === undefined) throw new Error("No guard has said who makes this call");
  return caller;
}

export const isAdmin = (caller: Caller): boolean =>
  caller.kind === "user" && caller.roles.includes("admin");

/** The user whose resources are all that the caller may see; undefined: those of everybody. */
export function onlyOwn(caller: Caller): string | undefined {
  switch (caller.kind) {
    case "service":
      return undefined;
    case "user":
      return isAdmin(caller) ? undefined : caller.userId;
    case "anonymous":
      return ""; // Nobody's id, so that nothing is its own.
    default:
      return caller satisfies never;
  }
}

/** Who every caller is taken for while authentication is off. */
export const operator: Caller = { kind: "service", name: "operator" };
