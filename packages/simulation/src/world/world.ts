import { ordersStream, paymentsStream } from "@waybill/contracts/events";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import { openShop, type Visits } from "../load/shop.ts";
import { type Callee, clientOf, type Definition, inShort } from "../network/calls.ts";
import { Nats } from "../network/messaging.ts";
import { Stream } from "../network/stream.ts";
import type { Deed, Store } from "../store/store.ts";
import type { Facts } from "../watch/facts.ts";
import { Watch } from "../watch/watch.ts";
import { Chaos } from "./chaos.ts";
import { openDatabases } from "./databases.ts";
import { plan, strike } from "./faults.ts";
import { Process } from "./process.ts";
import { Provider } from "./provider.ts";
import { servicesOf } from "./services.ts";

export type Trace = (line: () => string) => void;

/** All services with their databases, the network and NATS between them, the provider, and those who order. */
export interface World {
  readonly watch: Watch;
  readonly facts: Facts;
  startAll(): void;
  openShop(): Visits;
  /** Lets faults happen within this time. Unit: ms. */
  planFaults(withinMs: number): void;
  /** From now on nothing goes wrong. */
  readonly heal: () => void;
}

/** Who looks on, and changes nothing. */
export interface Onlookers {
  /** Is told each step of note. */
  readonly trace: Trace;
  /** Is told what the services' databases do. */
  onDeed?(service: string, deed: Deed): void;
}

export function buildWorld(scheduler: Scheduler, world: Owner, onlookers: Onlookers): World {
  const { trace } = onlookers;
  const { random } = scheduler;
  const chaos = new Chaos(random);
  const around = { random, scheduler, chaos, world, trace };
  const provider = new Provider({
    ...around,
    onEntry: (account) => {
      trace(() => `provider: ${account.transactionId} is ${account.state}`);
      watch.onProviderEntry(account);
    },
  });
  const onDeed = (service: string, deed: Deed): void => {
    onlookers.onDeed?.(service, deed);
    if (deed.kind !== "commit" || deed.changes.length === 0) return;
    for (const { table, key, after } of deed.changes)
      trace(() => `${service} commits ${table} ${key}: ${inShort(after?.state ?? after)}`);
    watch.onCommit(service, deed.changes);
    if (chaos.strikesAtCommit()) scheduler.enter(world, 0, () => strike(faultParts));
  };
  const stores = openDatabases(onDeed);
  const facts = { stores, accounts: provider.accounts };
  const watch = new Watch(facts);
  const nats = new Nats(streams(watch), scheduler);
  const processes = startable({ ...around, stores, provider, nats, watch });
  const faultParts = { ...around, nats, processes: [...processes.processes.values()] };
  const { clientFor } = processes;
  return {
    watch,
    facts,
    startAll: () => {
      for (const process of processes.processes.values()) process.start();
    },
    openShop: () =>
      openShop({
        ...around,
        told: watch.told,
        orders: clientFor(world, "order", OrderServiceDefinition),
        items: clientFor(world, "item", ItemServiceDefinition),
        payments: clientFor(world, "payment", PaymentServiceDefinition),
      }),
    planFaults: (withinMs) => plan(faultParts, withinMs),
    heal: () => {
      trace(() => "HEALED");
      chaos.heal();
      nats.become(true);
      for (const process of processes.processes.values()) {
        process.pause(0);
        process.start();
      }
    },
  };
}

const streams = (watch: Watch): Stream[] =>
  [ordersStream, paymentsStream].map(
    (spec) =>
      new Stream(spec, new Date(), ({ subject }) =>
        watch.violate(`${subject}: a later publication was swallowed as a duplicate`),
      ),
  );

interface Surroundings {
  readonly scheduler: Scheduler;
  readonly chaos: Chaos;
  readonly world: Owner;
  readonly trace: Trace;
  readonly stores: Readonly<Record<string, Store>>;
  readonly provider: Provider;
  readonly nats: Nats;
  readonly watch: Watch;
}

/** The services, ready to be started, and how to call them. */
function startable({ stores, provider, nats, watch, ...around }: Surroundings) {
  const { scheduler, trace, world } = around;
  const processes = new Map<string, Process>();
  const clientFor = <Client>(owner: Owner, service: string, definition: Definition): Client => {
    const callee = service === "user" ? userService(world) : (processes.get(service) as Process);
    const overheard = {
      ...around,
      overhear: (call: Overheard) => {
        trace(() => `${service} answers ${call.rpc} ${inShort(call.response)}`);
        watch.onAnswer(service, call, scheduler.steps);
      },
      onUnexpected: (rpc: string, error: unknown) =>
        watch.violate(`${service} failed unexpectedly at ${rpc}: ${error}`),
    };
    return clientOf<Client>(overheard, owner, callee, definition);
  };
  const messaging = {
    ...around,
    nats,
    onAcknowledged: (durable: string, { subject }: { subject: string }) => {
      trace(() => `${durable} is done with ${subject}`);
      watch.onAcknowledgement(durable, subject);
    },
    onGivenUp: (durable: string, why: string) =>
      watch.violate(`${durable} gave up an event: ${why}`),
  };
  const boots = servicesOf({
    messaging,
    provider,
    batches: { maxBatchSize: 256, lanes: scheduler.random.pick([1, 2]) },
    cancellationWindowMs: scheduler.random.pick([0, 0, 1_500]),
    client: ({ owner }, service, definition) => clientFor(owner, service, definition),
  });
  for (const [name, boot] of Object.entries(boots)) {
    const store = stores[name] as Store;
    const onBroken = (what: string) => watch.violate(`${name}: ${what}`);
    processes.set(name, new Process({ ...around, name, store, boot, onBroken }));
  }
  return { processes, clientFor };
}

type Overheard = Parameters<Parameters<typeof clientOf>[0]["overhear"]>[0];

/** Everybody has an account; only the way there is uncertain. */
const userService = (owner: Owner): Callee => ({
  owner,
  handlers: {
    batchGetUsers: ({ userIds }: { userIds: readonly string[] }) => ({
      results: userIds.map((userId) => ({
        result: { $case: "response", value: { user: { userId } } },
      })),
    }),
  },
});
