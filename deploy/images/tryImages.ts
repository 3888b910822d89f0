/**
 * Builds the image of every service, runs them on a PostgreSQL and a NATS of this machine, has orders placed meanwhile, and stops them:
 * node deploy/images/tryImages.ts [--built]. With --built the images are those of an earlier run. Needs a docker engine that may use the host's network (DOCKER_HOST says which) and the image
 * node:26-slim, which baseImage.sh makes where no registry can be reached. Exit code 1 when something is not as it should be.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  isReady,
  isServing,
  type ServiceName,
  type Stack,
  serviceNames,
  startStack,
  temporaryFolder,
} from "@waybill/stack";
import {
  build,
  docker,
  imageOf,
  layersOf,
  logsOf,
  memoryOf,
  show,
  sizeOf,
  stop,
} from "./docker.ts";

const repository = resolve(import.meta.dirname, "../..");
const readyWithinMs = 60_000;
const pollMs = 20;
const orders = "1000";
const maxConnections = 300;
const baseImage = "node:26-slim";

const containerOf = (service: ServiceName): string => `waybill-try-${service}`;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const seconds = (ms: number): string => `${(ms / 1e3).toFixed(1)} s`;
const problems: string[] = [];

/** What is committed, so that nothing of this machine gets into an image. */
function checkOut(): string {
  const folder = temporaryFolder("waybill-images-");
  mkdirSync(join(folder, "context"));
  const archive = execFileSync("git", ["archive", "HEAD"], { cwd: repository, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x"], { cwd: join(folder, "context"), input: archive });
  return join(folder, "context");
}

async function buildAll(context: string): Promise<void> {
  const base = await sizeOf(baseImage);
  console.log(`base ${baseImage}: ${mb(base)}`);
  for (const service of serviceNames) {
    const tookMs = await build(service, context);
    const size = await sizeOf(imageOf(service));
    console.log(`${service}: built in ${seconds(tookMs)}, base + ${mb(size - base)}`);
  }
  appendFileSync(join(context, "services/order/src/main.ts"), "// A change.\n");
  const before = await layersOf(imageOf("order"));
  const tookMs = await build("order", context);
  const after = await layersOf(imageOf("order"));
  const changed = after.filter((layer, index) => layer !== before[index]);
  console.log(`order after a change: built in ${seconds(tookMs)}, ${changed.length} new layer(s)`);
  if (changed.length !== 1) problems.push(`a change makes ${changed.length} layers anew, not one`);
}

/** Flags under which Kubernetes would run it, too. */
const restricted = [
  "--read-only",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
  "--network=host",
];

function environmentOf(service: ServiceName, stack: Stack, { folder }: Identity): string[] {
  const addresses = serviceNames.map(
    (name) => [`${name.toUpperCase()}_ADDRESS`, stack.address(name)] as const,
  );
  const stores =
    service === "gateway"
      ? []
      : ([
          ["DATABASE_URL", stack.databaseUrl(service)],
          ["PROVIDER_DATABASE_URL", stack.databaseUrl("provider")],
          ["NATS_URL", stack.natsUrl],
        ] as const);
  const [, port = ""] = stack.address(service).split(":");
  return [
    ...addresses,
    ...stores,
    ["PORT", port] as const,
    ["MIGRATIONS", "expect"] as const,
    ["CANCELLATION_WINDOW", "0"] as const,
    ["TRUSTED_ISSUERS", join(folder, "trusted-issuers.json")] as const,
    ["SERVICE_TOKEN_FILE", join(folder, "tokens", service)] as const,
  ].flatMap(([name, value]) => ["--env", `${name}=${value}`]);
}

/** Starts a service's container; answers how long it took until it serves. Unit: ms. */
async function start(service: ServiceName, stack: Stack, identity: Identity): Promise<number> {
  const started = performance.now();
  const mount = `${identity.copy}:${identity.folder}:ro`;
  const env = environmentOf(service, stack, identity);
  const name = ["--name", containerOf(service)];
  await docker("run", "--detach", ...name, ...restricted, "-v", mount, ...env, imageOf(service));
  const serves = service === "gateway" ? isReady : isServing;
  while (!(await serves(stack.address(service)))) {
    if (performance.now() - started > readyWithinMs)
      throw new Error(`${service} does not serve:\n${await logsOf(containerOf(service))}`);
    await new Promise((done) => setTimeout(done, pollMs));
  }
  return performance.now() - started;
}

const remove = (service: ServiceName) =>
  docker("rm", "--force", "--volumes", containerOf(service)).catch(() => ""); // It was never started.

/** What the migration Jobs do, in the same images. */
async function migrate(stack: Stack, identity: Identity): Promise<void> {
  const started = performance.now();
  for (const service of serviceNames.filter((name) => name !== "gateway")) {
    const env = environmentOf(service, stack, identity);
    await docker("run", "--rm", ...restricted, ...env, imageOf(service), "src/migrate.ts");
  }
  console.log(`nine migrations, one after the other: ${seconds(performance.now() - started)}`);
}

async function stopAndTell(service: ServiceName, when: string): Promise<void> {
  const { exitCode, tookMs } = await stop(containerOf(service));
  console.log(`${service}, ${when}: stopped in ${seconds(tookMs)}, exit code ${exitCode}`);
  if (exitCode !== 0) problems.push(`${service} ended with exit code ${exitCode}`);
}

/** Orders flow while two of the services are stopped and started again. */
async function orderMeanwhile(stack: Stack, identity: Identity): Promise<void> {
  const script = join(repository, "packages/demo/src/cli.ts");
  const args = ["--orders", orders, "--concurrency", "32", "--data-dir", stack.dataDir];
  const demo = show(process.execPath, [script, ...args]);
  for (const service of ["order", "payment"] as const) {
    await stopAndTell(service, "while orders flow");
    await remove(service);
    await start(service, stack, identity);
  }
  if ((await demo) !== 0) problems.push("the demo or the doctor is not content");
}

/** Where containers find who they are, and the copy that is mounted there: the original is for this user alone. */
interface Identity {
  readonly folder: string;
  readonly copy: string;
}

function readableIdentity({ dataDir }: Stack): Identity {
  const folder = join(dataDir, "identity");
  const copy = join(temporaryFolder("waybill-images-"), "identity");
  cpSync(folder, copy, { recursive: true });
  execFileSync("chmod", ["-R", "a+rX", copy]);
  return { folder, copy };
}

/** The page is in the gateway's image, too, and not only its API. */
async function lookAtConsole(stack: Stack): Promise<void> {
  const headers = { accept: "text/html" };
  const response = await fetch(`http://${stack.address("gateway")}/`, { headers });
  const page = await response.text();
  console.log(`gateway: its console answers ${response.status}, ${page.length} characters`);
  if (!response.ok || !page.includes("<script")) problems.push("the gateway has no console");
}

async function tryAll(stack: Stack): Promise<void> {
  const identity = readableIdentity(stack);
  await migrate(stack, identity);
  for (const service of serviceNames)
    console.log(`${service}: serves after ${seconds(await start(service, stack, identity))}`);
  await lookAtConsole(stack);
  await orderMeanwhile(stack, identity);
  for (const service of serviceNames)
    console.log(`${service}: ${await memoryOf(containerOf(service))} after ${orders} orders`);
  for (const service of serviceNames) await stopAndTell(service, "idle");
}

if (!process.argv.includes("--built")) await buildAll(checkOut());
await Promise.all(serviceNames.map(remove));
await using stack = await startStack({
  ephemeral: true,
  portBase: "free",
  services: [],
  postgres: { maxConnections }, // The stack counts its own services only.
});
try {
  await tryAll(stack);
} finally {
  await Promise.all(serviceNames.map(remove));
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
