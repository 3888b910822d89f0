import { execFile, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  createDatabase,
  type DatabaseName,
  databaseNames,
  databaseOf,
  type NatsServer,
  type PostgresServer,
  type ServiceName,
  type Stack,
  stackIssuer,
  startNats,
  startPostgres,
  testFolder,
} from "@waybill/stack";
import { expect } from "chai";
import { connect, type NatsConnection } from "nats";
import { issueCertificates } from "./support/certificates.ts";
import { connectClients } from "./support/clients.ts";
import { startTestStack } from "./support/stack.ts";
import { repository } from "./support/terminal.ts";

const run = promisify(execFile);

/** Migrating nine databases and starting everything, on a busy machine. */
const startWithinMs = 90_000;

const clients = ["status", "payment", "workflow", "shipping", "delivery", "notification"] as const;

/** NATS as production has it: TLS, clients known by their certificates, and a user per service. */
function likeProduction(certificates: string): string {
  const read = (file: string) =>
    readFileSync(join(repository, "deploy/k8s/overlays/production/nats", file), "utf8");
  const [tls = ""] = /^tls \{[^}]*\}/m.exec(read("nats.conf")) ?? [];
  expect(tls).to.include("verify_and_map: true");
  return `${tls.replaceAll("/etc/nats-tls", join(certificates, "server"))}\n${read("users.conf")}`;
}

/** A service's main.ts, as the owner of its certificate. */
function mainOf(service: ServiceName, certificates: string): string {
  const file = join(certificates, `${service}.mjs`);
  const main = join(repository, "services", service, "src/main.ts");
  const folder = JSON.stringify(join(certificates, service));
  writeFileSync(file, `process.env.NATS_TLS_FOLDER = ${folder};\nawait import("${main}");\n`);
  return file;
}

/** Debian's own, which has Debian's packages. */
const python = "/usr/bin/python3";

const isThere = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;

const hasPythonClient = (): boolean =>
  isThere(python, "-c", "import grpc, google.protobuf") &&
  isThere("protoc", "--version") &&
  isThere("which", "grpc_python_plugin");

const generate = (language: string) =>
  run("npx", ["buf", "generate", "--template", `examples/clients/buf.gen.${language}.yaml`], {
    cwd: repository,
  });

/** The path of an ordinary order, as the examples print it. */
const states = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"];

const tlsOf = (folder: string) => ({
  caFile: join(folder, "ca.crt"),
  certFile: join(folder, "tls.crt"),
  keyFile: join(folder, "tls.key"),
});

describe("as production runs it: migrated beforehand, NATS with a user and a certificate per service", () => {
  let certificates: string;
  let postgres: PostgresServer;
  let nats: NatsServer;
  let stack: Stack;

  before(async function () {
    this.timeout(startWithinMs);
    if (!isThere("openssl", "version")) {
      console.log("      SKIPPED: needs openssl, to make certificates");
      this.skip();
    }
    certificates = testFolder("deployed");
    issueCertificates(certificates, ["server", ...clients]);
    const configuration = likeProduction(certificates);
    [postgres, nats] = await Promise.all([
      startPostgres({ dataDir: join(testFolder("deployed-postgres"), "data"), fsync: false }),
      startNats({ dataDir: testFolder("deployed-nats"), configuration }),
    ]);
    await migrateAll(postgres);
    stack = await startTestStack({
      databaseUrl: postgres.url("postgres"),
      natsUrl: `tls://127.0.0.1:${nats.port}`,
      env: { MIGRATIONS: "expect" },
      samples: true,
      mainOf: (service) => mainOf(service, certificates),
    });
  });

  after(async () => {
    await stack?.stop();
    await nats?.stop();
    await postgres?.stop();
  });

  /** Runs an example for alice; answers what it prints. */
  const example = async (command: string, file: string): Promise<string> => {
    const issuer = await stackIssuer(stack.dataDir);
    const token = await issuer.userToken("alice", ["customer"]);
    const { stdout } = await run(
      command,
      [
        join(repository, "examples/clients", file),
        stack.address("order"),
        stack.address("status"),
        "alice",
      ],
      { env: { ...process.env, WAYBILL_TOKEN: token } },
    );
    return stdout;
  };

  const expectDelivery = (printed: string) => {
    const [placed = "", ...steps] = printed.trim().split("\n");
    expect(placed).to.match(/^placed [\w-]+: 1580 minor units of EUR$/);
    expect(steps.map((step) => step.split(" ")[1])).to.deep.equal(states);
  };

  it("the generated TypeScript client places an order and follows it", async () => {
    await generate("typescript");
    expectDelivery(await example(process.execPath, "typescript/order.ts"));
  });

  it("the generated Python client places an order and follows it", async function () {
    if (!hasPythonClient()) {
      console.log("      SKIPPED: needs python3-grpcio, protobuf-compiler, protobuf-compiler-grpc");
      this.skip();
    }
    await generate("python");
    expectDelivery(await example(python, "python/order.py"));
  });

  it("the workflow may see how far every service's consumer is behind", async () => {
    await using clients = connectClients(stack);
    const { consumers } = await clients.workflow.listConsumers({});
    const names = consumers.map(({ name }) => name);
    expect(names.sort()).to.deep.equal([
      "delivery",
      "notification",
      "shipping",
      "workflow",
      "workflow-payments",
    ]);
  });

  it("no service asked NATS for what its user may not", () => {
    const log = readFileSync(nats.logFile, "utf8");
    expect(log.split("\n").filter((line) => /violation/i.test(line))).to.deep.equal([]);
  });

  it("a service may not publish what another one owns, and nobody comes in without a certificate", async () => {
    const servers = `tls://127.0.0.1:${nats.port}`;
    const shipping = await connect({ servers, tls: tlsOf(join(certificates, "shipping")) });
    const refused = firstError(shipping);
    shipping.publish("orders.v1.delivered.stolen");
    expect(await refused).to.include("orders.v1.delivered.stolen");
    await shipping.close();
    const caFile = join(certificates, "ca.crt");
    const stranger = await connect({ servers, tls: { caFile }, reconnect: false }).then(
      () => "let in",
      (error: Error) => error.message,
    );
    expect(stranger).not.to.equal("let in");
  });
});

/** What the server refuses first. */
async function firstError(connection: NatsConnection): Promise<string> {
  for await (const { type, data, permissionContext } of connection.status())
    if (type === "error") return `${data} ${permissionContext?.subject}`;
  throw new Error("The connection ended without an error");
}

/** What the migration Jobs do. */
async function migrateAll(postgres: PostgresServer): Promise<void> {
  const url = (name: DatabaseName) => postgres.url(databaseOf(name));
  await Promise.all(
    databaseNames.map((name) => createDatabase(postgres.url("postgres"), databaseOf(name))),
  );
  const services = databaseNames.filter((name) => name !== "provider");
  await Promise.all(
    services.map((service) =>
      run(process.execPath, ["src/migrate.ts"], {
        cwd: join(repository, "services", service),
        env: { ...process.env, DATABASE_URL: url(service), PROVIDER_DATABASE_URL: url("provider") },
      }),
    ),
  );
}
