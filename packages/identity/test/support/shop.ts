import { join } from "node:path";
import { createLogger, sleep } from "@waybill/chassis";
import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { createClient, Metadata, Refusal, Status } from "@waybill/rpc";
import {
  operatorToken,
  type ServiceName,
  type Stack,
  stackIssuer,
  startStack,
} from "@waybill/stack";
import { forge } from "./forgery.ts";
import type { CallerName } from "./matrix.ts";

type Definition = Parameters<typeof createClient>[0];

/** All services, the gateway before them, on their own servers, with an order of alice's and one of bob's. */
export interface Shop extends AsyncDisposable {
  readonly stack: Stack;
  /** The token of each caller; "" for none. */
  readonly tokens: Readonly<Record<CallerName, string>>;
  /** The code by which an RPC answers, with a token or without. */
  ask(rpc: Rpc, request: object, token: string): Promise<string>;
  /** What an RPC answers; throws its refusal. */
  call(rpc: Rpc, request: object, token: string): Promise<unknown>;
}

export interface Rpc {
  readonly definition: Definition;
  readonly method: string;
}

export const orderOf = (userId: string): string => `order-of-${userId}`;
export const passwordOf = (userId: string): string => `the password of ${userId}`;

const logger = createLogger("authorization", { level: "silent", format: "json" });
const deliveredWithinMs = 20_000;

let common: Promise<Shop> | undefined;

/** One for all files, closed after the last. */
export function commonShop(): Promise<Shop> {
  common ??= openShop();
  return common;
}

after(async () => {
  await (await common)?.[Symbol.asyncDispose]();
});

async function openShop(): Promise<Shop> {
  await using parts = new AsyncDisposableStack();
  const stack = parts.use(
    await startStack({
      ephemeral: true,
      portBase: "free",
      env: {
        CANCELLATION_WINDOW: "0",
        LOG_LEVEL: "warn",
        RATE_LIMIT_LOGIN: "0",
        MAX_EVENT_LOOP_DELAY: "0",
      },
    }),
  );
  const opened = parts.use(new AsyncDisposableStack());
  const clients = new Map<string, Methods>();
  const clientOf = (definition: Definition): Methods => {
    const known = clients.get(definition.fullName);
    if (known !== undefined) return known;
    const callee = definition.fullName.split(".")[1] as ServiceName;
    const address = stack.address(callee);
    const client = opened.use(createClient(definition, { callee, address, logger, attempts: 1 }));
    clients.set(definition.fullName, client as unknown as Methods);
    return client as unknown as Methods;
  };
  const call = ({ definition, method }: Rpc, request: object, token: string) => {
    const metadata = token === "" ? Metadata() : Metadata({ authorization: `Bearer ${token}` });
    return first(clientOf(definition)[method]?.(request, { metadata }));
  };
  const ask = (rpc: Rpc, request: object, token: string) =>
    call(rpc, request, token).then(() => "OK", codeOf);
  await furnish(call, operatorToken(stack.dataDir));
  const tokens = await tokensOf(stack);
  const running = parts.move();
  return { stack, tokens, ask, call, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

type Methods = Readonly<Record<string, (request: object, options: object) => unknown>>;

/** The answer, or the first one of a stream. */
async function first(answer: unknown): Promise<unknown> {
  if (answer instanceof Promise) return answer;
  for await (const one of answer as AsyncIterable<unknown>) return one;
  return undefined;
}

const codeOf = (error: unknown): string => {
  if (error instanceof Refusal) return Status[error.code];
  throw error;
};

/** Has alice and bob order something, and waits until it is delivered, so that there is everything to see. */
async function furnish(call: Shop["call"], token: () => Promise<string>): Promise<void> {
  const proof = await token();
  const unitPrice = { minorUnits: 100n, currency: "EUR" };
  const item = { itemId: "tea", name: "Tea", unitPrice, onHand: 10n };
  await call({ definition: ItemServiceDefinition, method: "createItem" }, item, proof);
  for (const userId of ["alice", "bob"]) {
    const password = passwordOf(userId);
    const user = { userId, name: userId, email: `${userId}@example.com`, password };
    await call({ definition: UserServiceDefinition, method: "createUser" }, user, proof);
    const lines = [{ itemId: "tea", quantity: 1 }];
    const order = { orderId: orderOf(userId), userId, lines, paymentMethod: "pm_ok" };
    await call({ definition: OrderServiceDefinition, method: "createOrder" }, order, proof);
  }
  const delivery = { definition: DeliveryServiceDefinition, method: "getDelivery" };
  const deadline = performance.now() + deliveredWithinMs;
  for (const userId of ["alice", "bob"]) {
    const request = { orderId: orderOf(userId) };
    while (await isRefused(call(delivery, request, proof))) {
      if (performance.now() > deadline) throw new Error("The orders are not delivered in time");
      await sleep(50);
    }
  }
}

const isRefused = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => false,
    () => true,
  );

async function tokensOf({ dataDir }: Stack): Promise<Record<CallerName, string>> {
  const issuer = await stackIssuer(dataDir);
  const forged = await forge(join(dataDir, "identity"), "alice");
  const customer = await issuer.userToken("alice", ["customer"]);
  return {
    "no token": "",
    expired: forged.expired,
    "other issuer": forged.otherIssuer,
    "other audience": forged.otherAudience,
    "alg none": forged.algNone,
    "HS256 by public key": forged.hs256,
    tampered: forged.tampered,
    "customer, own": customer,
    "customer, another's": customer,
    admin: await issuer.userToken("root", ["customer", "admin"]),
    service: await issuer.serviceToken("workflow"),
  };
}
