import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Daemon } from "../process/daemon.ts";
import { makeFolder, temporaryFolder } from "../process/folders.ts";
import { identityOf } from "../process/identity.ts";
import { type Administrator, createAdministrator } from "./administrator.ts";
import { databaseNames, type ServiceName } from "./catalogue.ts";
import { openIdentity, operatorToken, type StackIdentity } from "./identity.ts";
import { rememberRun } from "./lastRun.ts";
import type { StackOptions } from "./options.ts";
import { stopOrphans } from "./orphans.ts";
import { Parts } from "./parts.ts";
import { type Plan, planStack } from "./plan.ts";
import { ensurePortsFree, PortsTakenError, type WantedPort } from "./portCheck.ts";
import { defaultDataDir } from "./repository.ts";
import { routed } from "./routes.ts";
import { databaseServer, messageServer, type Server } from "./servers.ts";
import { serviceSpec } from "./serviceProcess.ts";
import { type Stack, type StackParts, stackHandle } from "./stack.ts";
import { keepStackRecord, type StackRecord } from "./stackFile.ts";
import { lockDataFolder } from "./stackLock.ts";
import { openTraces } from "./traces.ts";

/**
 * Starts PostgreSQL, NATS and the services, each as a process of its own, and resolves when all of them serve. Whatever ends unasked is
 * started again. Rejects, with nothing left running, when the data folder or a port is taken, or when a part fails three times to start.
 * The stack ends with this process, however that ends.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  await using undo = new AsyncDisposableStack();
  const dataDir = chooseFolder(options, undo);
  undo.defer(lockDataFolder(dataDir));
  makeFolder(join(dataDir, "logs"));
  await stopLeftOvers(dataDir, options);
  const plan = await planOnFreePorts(options);

  const identity = undo.use(await openIdentity(dataDir, plan));
  const traces = undo.use(await openTraces(options));
  const database = await databaseServer(dataDir, plan, options);
  const messages = await messageServer(dataDir, plan, options);
  const report = options.report ?? (() => {});
  const parts = new Parts(report, () => kept.write());
  const made: StackParts = { dataDir, plan, database, messages, traces, parts };
  const complain = (error: Error) =>
    report({ kind: "note", text: `The stack's record cannot be written yet: ${error.message}` });
  const kept = undo.use(keepStackRecord(dataDir, () => recordOf(made), complain));
  undo.defer(() => parts.stop());
  using _abort = onAbort(options.signal, () => parts.stop());

  const databases = startServer(parts, database, options).then(() => database.createAll());
  await Promise.all([databases, startServer(parts, messages, options)]);
  rememberRun(dataDir, database.own === undefined ? { foreignServer: database.address } : {});
  await startServices(made, identity, options);
  const [administrator] = await Promise.all([
    options.administrator ? addAdministrator(made, options) : undefined,
    options.samples ? addSamples(made, options) : undefined,
  ]);
  options.signal?.throwIfAborted();
  return stackHandle(made, administrator, undo.move());
}

/** How often ports are chosen anew when somebody else takes one of them first. */
const choicesOfPorts = 5;

/** Plans the stack. Given ports must be free; those that it may choose are chosen anew should another process be faster. */
async function planOnFreePorts(options: StackOptions): Promise<Plan> {
  for (let choice = 1; ; choice += 1) {
    const plan = await planStack(options);
    try {
      await ensurePortsFree(wantedPorts(plan, options));
      return plan;
    } catch (error) {
      const mayChoose = options.portBase === "free" && error instanceof PortsTakenError;
      if (!mayChoose || choice === choicesOfPorts) throw error;
    }
  }
}

/** An ephemeral folder is removed last, thus deferred first. */
function chooseFolder(options: StackOptions, undo: AsyncDisposableStack): string {
  if (!options.ephemeral) return resolve(options.dataDir ?? defaultDataDir);
  const folder = temporaryFolder("waybill-");
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function stopLeftOvers(dataDir: string, { report }: StackOptions): Promise<void> {
  const stopped = await stopOrphans(dataDir);
  if (stopped.length === 0) return;
  const text = `Stopped what was left of a stack that was killed: ${stopped.join(", ")}`;
  report?.({ kind: "note", text });
}

function wantedPorts(plan: Plan, options: StackOptions): WantedPort[] {
  const wanted: WantedPort[] = plan.replicas.flatMap(({ part, port, metricsPort }) => [
    { part, port, flag: "--port-base <n> or --ports <service>=<n>" },
    { part: `${part}'s metrics`, port: metricsPort, flag: "--port-base <n>" },
  ]);
  const { postgresPort, natsPort } = plan;
  if (options.databaseUrl === undefined)
    wanted.push({ part: "PostgreSQL", port: postgresPort, flag: "--ports postgres=<n>" });
  if (options.natsUrl === undefined)
    wanted.push({ part: "NATS", port: natsPort, flag: "--ports nats=<n>" });
  return wanted;
}

/** Nothing to start when it runs already. */
async function startServer(parts: Parts, server: Server, options: StackOptions): Promise<void> {
  const { part: name, title, address, own } = server;
  if (own !== undefined) return parts.start({ name, address, ...own });
  options.report?.({ kind: "note", text: `${title} at ${address} runs already` });
}

async function startServices(
  made: StackParts,
  identity: StackIdentity,
  options: StackOptions,
): Promise<void> {
  const { dataDir, plan, database, messages, traces, parts } = made;
  const { databaseUrl } = database;
  const wiring = { plan, databaseUrl, natsUrl: messages.url, identity, traces };
  const { network } = options;
  const starts = plan.replicas.map(async (replica) => {
    const own = network === undefined ? wiring : await routed(replica, wiring, network);
    const spec = serviceSpec(replica, own, dataDir, options);
    return parts.start({
      name: replica.part,
      address: `127.0.0.1:${replica.port}`,
      logFile: spec.logFile,
      run: (signal) => Daemon.start(spec, signal),
    });
  });
  await Promise.all(starts);
}

/** Once for each data folder. A stack without samples is still one, so that their failure is only said. */
async function addSamples({ dataDir, plan }: StackParts, { report }: StackOptions): Promise<void> {
  const doneFile = join(dataDir, "samples.done");
  if (!runs(plan, "item") || !runs(plan, "user") || existsSync(doneFile)) return;
  const { item, user } = plan.addresses;
  const token = operatorToken(dataDir, "stack");
  const targets = { itemAddress: item.join(), userAddress: user.join(), token };
  try {
    const { createSamples } = await import("./samples.ts"); // Most starts need no gRPC client.
    const { items, users } = await createSamples(targets);
    writeFileSync(doneFile, "");
    if (items + users > 0)
      report?.({ kind: "note", text: `Sample catalogue: ${items} items; users: ${users}` });
  } catch (error) {
    report?.({
      kind: "note",
      text: `The sample catalogue is incomplete: ${(error as Error).message}`,
    });
  }
}

/** The same of the administrator's account. */
async function addAdministrator(
  { dataDir, plan }: StackParts,
  { report }: StackOptions,
): Promise<Administrator | undefined> {
  if (!runs(plan, "user")) return undefined;
  try {
    const { user, gateway } = plan.addresses;
    const targets = { userAddress: user.join(), gatewayAddress: gateway[0] ?? "" };
    return await createAdministrator(dataDir, targets);
  } catch (error) {
    const text = `The administrator's account is not as expected: ${(error as Error).message}`;
    report?.({ kind: "note", text });
    return undefined;
  }
}

const runs = ({ replicas }: Plan, name: ServiceName): boolean =>
  replicas.some(({ service }) => service === name);

/** Lets the demo, the doctor and the next start find the stack's processes. */
function recordOf({
  plan,
  database,
  messages,
  traces,
  parts,
}: StackParts): StackRecord | undefined {
  const supervisor = identityOf(process.pid);
  if (supervisor === undefined) return undefined;
  const urls = databaseNames.map((name) => [name, database.databaseUrl(name)]);
  return {
    supervisor,
    natsUrl: messages.url,
    databases: Object.fromEntries(urls),
    addresses: plan.addresses,
    metricsAddresses: Object.fromEntries(
      plan.replicas.map(({ part, metricsPort }) => [part, `127.0.0.1:${metricsPort}`]),
    ),
    processes: parts.processes(),
    traces: traces.record,
  };
}

function onAbort(signal: AbortSignal | undefined, act: () => void): Disposable {
  if (signal?.aborted) act();
  signal?.addEventListener("abort", act);
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", act) };
}
