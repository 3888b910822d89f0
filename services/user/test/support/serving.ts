import { createLogger } from "@waybill/chassis";
import { type UserServiceClient, UserServiceDefinition } from "@waybill/contracts/user";
import { type Database, openDatabase } from "@waybill/persistence";
import { Status as Code, createClient, Refusal, reasonName, startServer } from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import { userApp } from "../../src/app/userApp.ts";
import { AccountEntity } from "../../src/db/accountEntity.ts";
import { migrations } from "../../src/db/migrations.ts";
import { userService } from "../../src/rpc/userService.ts";

export const logger = createLogger("user-test", { level: "silent", format: "json" });

export interface Serving extends AsyncDisposable {
  readonly client: UserServiceClient;
  readonly db: Database;
  readonly url: string;
}

/** The service on a database, a fresh one unless it is given, asked over gRPC. */
export async function serveUsers(given?: string): Promise<Serving> {
  const url = given ?? (await (await testServers()).databaseUrl("user"));
  await using parts = new AsyncDisposableStack();
  const db = parts.use(
    await openDatabase({
      url,
      poolSize: 4,
      entities: [AccountEntity],
      migrations,
      logger,
      applicationName: "user-test",
    }),
  );
  const app = parts.use(userApp(db));
  const server = parts.use(
    await startServer({
      name: "user",
      host: "127.0.0.1",
      port: 0,
      services: [[UserServiceDefinition, userService(app)]],
      logger,
    }),
  );
  const client = parts.use(
    createClient(UserServiceDefinition, {
      callee: `user-${server.port}`,
      address: server.address,
      logger,
    }),
  );
  const running = parts.move();
  return { client, db, url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** "CODE REASON field, field" of the refusal that a call is answered with. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const thrown = await call.then(
    () => new Error("expected a refusal, but the call was answered"),
    (error: unknown) => error,
  );
  if (!(thrown instanceof Refusal)) throw thrown;
  const { code, reason, violations } = thrown;
  const fields = violations.map((violation) => violation.field).join(", ");
  return `${Code[code]} ${reasonName(reason)} ${fields}`.trim();
}
