import { randomUUID } from "node:crypto";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { asCaller, asGateway } from "../http/calls.ts";
import { present } from "../http/fields.ts";
import { loginLimit } from "../http/limits.ts";
import { operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const password = z.string().min(8).max(128);

/** An argon2id hash takes its time, and waits for its turn. */
const deadlineMs = 10_000;

/** Accounts. */
export function userRoutes(app: HttpServer, { clients, limits }: RouteParts): void {
  app.post(
    "/api/users",
    operation({
      tag: "users",
      summary: "Register",
      description: "Without a password the account cannot log in until one is set.",
      access: "public",
      config: { deadlineMs, ...loginLimit(limits) },
      inputs: {
        body: z.object({
          userId: rules.id.optional(),
          name: rules.requiredLine(200),
          email: rules.requiredText(254),
          password: password.optional(),
        }),
      },
      answers: { 201: z.object({ message: z.string(), userId: z.string() }) },
      refusals: { 400: "A field breaks its rule", 409: "The id or the address is taken" },
    }),
    async (request, reply) => {
      // Named here, so that a call that is repeated on the way opens no account twice.
      const { userId = randomUUID(), name, email, password = "" } = request.body;
      const account = { userId, name, email, password, roles: [] };
      const { user } = await clients.users.createUser(account, asGateway(request));
      reply.code(201);
      const registered = present(user, "the user").userId;
      return { message: "User registered successfully", userId: registered };
    },
  );
  app.put(
    "/api/users/:userId/password",
    operation({
      tag: "users",
      summary: "Set a password",
      description: "A customer gives its current one, if there is one; an admin need not.",
      access: ["customer", "admin"],
      config: { deadlineMs, ...loginLimit(limits) },
      inputs: {
        params: z.object({ userId: rules.id }),
        body: z.object({ currentPassword: password.optional(), newPassword: password }),
      },
      answers: { 204: z.undefined().describe("It is set") },
      refusals: { 400: "A field breaks its rule", 404: "There is no such user" },
    }),
    async (request, reply) => {
      const { currentPassword = "", newPassword } = request.body;
      const change = { userId: request.params.userId, currentPassword, newPassword };
      await clients.users.setPassword(change, asCaller(request));
      return reply.code(204).send();
    },
  );
}
