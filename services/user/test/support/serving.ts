import { argon2, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { createLogger, type Logger } from "@waybill/chassis";
import {
  type AuthenticateResponse,
  UserServiceDefinition,
  type UserServiceImplementation,
} from "@waybill/contracts/user";
import { actingAs, type Caller, operator } from "@waybill/identity";
import { type Database, openDatabase } from "@waybill/persistence";
import { createClient, Refusal, reasonName, startServer } from "@waybill/rpc";
import { testServers } from "@waybill/stack";
import { openKeyRing } from "../../src/app/keys/keyRing.ts";
import { type Argon2id, passwordHasher } from "../../src/app/passwordHasher.ts";
import { type UserApp, userApp } from "../../src/app/userApp.ts";
import { AccountEntity } from "../../src/db/accountEntity.ts";
import { migrations } from "../../src/db/migrations.ts";
import { SigningKeyEntity } from "../../src/db/signingKeyEntity.ts";
import type { HashCost } from "../../src/domain/encodedHash.ts";
import { userService } from "../../src/rpc/userService.ts";

export const minuteMs = 60_000;

/** As cheap as argon2 can be: what is tested is not how slow it is. */
export const cheap: HashCost = { memory: 8, passes: 1, parallelism: 1 };

export interface Options {
  /** The database of another instance. Default: a fresh one. */
  readonly url?: string;
  readonly clock?: Clock;
  readonly cost?: HashCost;
  readonly perAccount?: number;
  readonly perAddress?: number;
  readonly encryptionKey?: KeyObject;
  readonly logger?: Logger;
  /** Called before each hash. */
  readonly onHash?: () => unknown;
}

/** A clock that stands still until it is moved. */
export class Clock {
  #ms = Date.UTC(2026, 10, 20, 12);

  readonly now = (): Date => new Date(this.#ms);

  forward(ms: number): void {
    this.#ms += ms;
  }
}

export const silent = createLogger("user", { level: "fatal", format: "json" });

const compute = promisify(argon2);

export interface Opened extends AsyncDisposable {
  readonly app: UserApp;
  readonly db: Database;
  readonly url: string;
  readonly clock: Clock;
  /** How often argon2id was computed. */
  readonly hashes: () => number;
}

export const windowMs = 15 * minuteMs;
export const accessTtlMs = 10 * minuteMs;
export const refreshTtlMs = 30 * 24 * 60 * minuteMs;
export const refreshGraceMs = 20_000;
export const jwksCacheMs = 10 * minuteMs;

/** The service's use cases on a database. */
export async function openApp(options: Options = {}): Promise<Opened> {
  const { clock = new Clock(), logger = silent, perAccount = 3, perAddress = 5 } = options;
  const url = options.url ?? (await (await testServers()).databaseUrl("user"));
  const entities = [AccountEntity, SigningKeyEntity];
  const settings = { url, poolSize: 6, entities, migrations, logger, applicationName: "user-test" };
  const db = await openDatabase(settings);
  let hashes = 0;
  const argon2id: Argon2id = async ({ memory, passes, parallelism }, message, nonce, tagLength) => {
    hashes += 1;
    await options.onHash?.();
    return compute("argon2id", { message, nonce, memory, passes, parallelism, tagLength });
  };
  const { now } = clock;
  const { encryptionKey } = options;
  const app = userApp({
    db,
    keys: await openKeyRing({ db, logger, now, jwksCacheMs, encryptionKey }),
    passwords: passwordHasher({ lanes: 2, cost: options.cost ?? cheap, argon2id }),
    limits: { windowMs, failuresPerAccount: perAccount, failuresPerAddress: perAddress },
    tokens: { issuer: "waybill", audience: "waybill", accessTtlMs, refreshTtlMs, refreshGraceMs },
    now,
  });
  const close = async () => {
    await app[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  };
  return { app, db, url, clock, hashes: () => hashes, [Symbol.asyncDispose]: close };
}

type Call = UserServiceImplementation;

export interface Served extends Opened {
  readonly client: ReturnType<typeof createUserClient>;
  /** Who the calls from now on are made by. */
  as(caller: Caller): void;
}

export const anonymous: Caller = { kind: "anonymous" };
export const customer = (userId: string): Caller => {
  return { kind: "user", userId, roles: ["customer"], token: "unused" };
};
export const admin: Caller = {
  kind: "user",
  userId: "root",
  roles: ["customer", "admin"],
  token: "unused",
};

const createUserClient = (port: number, address: string, logger: Logger) =>
  createClient(UserServiceDefinition, {
    callee: `user-${port}`,
    address,
    logger,
    attempts: 1, // A refresh must not be repeated behind a test's back.
  });

/** The service on a database, asked over gRPC. Calls are made by an operator until told otherwise. */
export async function serveUsers(options: Options = {}): Promise<Served> {
  const opened = await openApp(options);
  const { logger = silent } = options;
  let caller: Caller = operator;
  const server = await startServer({
    name: "user",
    host: "127.0.0.1",
    port: 0,
    services: [[UserServiceDefinition, userService(opened.app, logger) satisfies Call]],
    logger,
    authorize: () => (work) => actingAs(caller, work),
  });
  const client = createUserClient(server.port, server.address, logger);
  const close = async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  };
  const as = (next: Caller) => {
    caller = next;
  };
  return { ...opened, client, as, [Symbol.asyncDispose]: close };
}

/** The refusal that a call is answered with. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    (answer) => new Error(`expected a refusal, got ${Object.keys(answer as object)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

/** The reason of the refusal that a call is answered with, and the fields it names. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const { reason, violations } = await refusal(call);
  return [reasonName(reason), ...violations.map(({ field }) => field)].join(" ");
}

export const password = "correct horse battery staple";

/** Registers ann@example.org, who can log in. */
export async function registerAnn({ client }: Served): Promise<void> {
  await client.createUser({ userId: "ann", name: "Ann", email: "ann@example.org", password });
}

/** Logs ann in, or tries to. */
export const logIn = (
  { client }: Served,
  given: { email?: string; password?: string; clientAddress?: string } = {},
): Promise<AuthenticateResponse> =>
  client.authenticate({ email: "ann@example.org", password, ...given });
