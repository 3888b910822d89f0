import { Role } from "@waybill/contracts/user";
import type { Stack } from "@waybill/stack";
import type { Browser } from "playwright-core";
import { passwordOf, Visitor, type VisitorOptions } from "./browser.ts";
import type { Clients } from "./clients.ts";

/** Where the console of a stack is. */
export const originOf = (stack: Stack): string => `http://${stack.address("gateway")}`;

export const rootEmail = "root@example.org";

/** Opens the account of somebody who runs the shop. */
export async function openRoot({ user }: Clients): Promise<void> {
  await user.createUser({
    userId: "console-root",
    name: "Root",
    email: rootEmail,
    password: passwordOf("Root"),
    roles: [Role.ADMIN],
  });
}

/** A browser in which that somebody is logged in, on this page. */
export async function rootAt(
  browser: Browser,
  stack: Stack,
  path: string,
  options: VisitorOptions = {},
): Promise<Visitor> {
  const root = await Visitor.at(browser, originOf(stack), options);
  await root.page.goto(path);
  await root.logIn(rootEmail, passwordOf("Root"));
  return root;
}
