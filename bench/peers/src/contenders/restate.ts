import { createRequire } from "node:module";
import { freePort } from "@waybill/stack";
import type { Contender, Peer } from "../contender.ts";
import type { Ground } from "../ground.ts";
import { type HttpCaller, httpCaller } from "../httpCaller.ts";
import { peerTurn } from "../peerTurn.ts";
import { startProgram, startServer } from "../processes.ts";
import { oneDatabase } from "./oneDatabase.ts";

export const restate: Contender = {
  name: "restate",
  title: "Restate, default configuration",
  turn: peerTurn((ground, signal) => startRestate(ground, {}, signal)),
};

export const restateOnePartition: Contender = {
  name: "restate-one",
  title: "Restate, one partition",
  turn: peerTurn((ground, signal) =>
    startRestate(ground, { RESTATE_DEFAULT_NUM_PARTITIONS: "1" }, signal),
  ),
};

type Settings = Readonly<Record<string, string>>;

async function startRestate(
  ground: Ground,
  settings: Settings,
  signal: AbortSignal,
): Promise<Peer> {
  await using cleanUp = new AsyncDisposableStack();
  const { url, all } = await oneDatabase(ground);
  const [ingress, admin, fabric, app] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const env = { ...local(ingress, admin, fabric), ...settings };
  const command = serverProgram();
  const server = cleanUp.use(
    await startServer(ground, { name: "restate", command, env, port: ingress }, signal),
  );
  const program = { name: "services", script: "apps/restate.ts", port: app };
  const services = cleanUp.use(
    await startProgram(ground, { ...program, env: { DATABASE_URL: url } }, signal),
  );
  await register(admin, app);
  const caller: HttpCaller = cleanUp.use(httpCaller(ingress));
  const owned = cleanUp.move();
  return {
    place: async (order) => {
      await caller.post("/orders/place", order, { "idempotency-key": order.orderId });
    },
    processes: [
      { part: "restate-server", pid: server.pid },
      { part: "services", pid: services.pid },
    ],
    databases: all,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** On the loopback address, data in the working directory; nothing that changes what it does with orders. */
const local = (ingress: number, admin: number, fabric: number): Settings => ({
  RESTATE_BIND_IP: "127.0.0.1",
  RESTATE_BIND_PORT: String(fabric),
  RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
  RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
  RESTATE_LISTEN_MODE: "tcp",
  RESTATE_BASE_DIR: "restate-data",
  RESTATE_NODE_NAME: "bench",
  RESTATE_DISABLE_TELEMETRY: "true",
});

/** The program that the package's own command starts, without the command between it and us. */
function serverProgram(): string {
  const { resolve } = createRequire(import.meta.url);
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const { resolve: resolveBeside } = createRequire(
    resolve("@restatedev/restate-server/package.json"),
  );
  return resolveBeside(`${platform}/bin/restate-server`);
}

async function register(admin: number, app: number): Promise<void> {
  using caller = httpCaller(admin);
  await caller.post("/deployments", { uri: `http://127.0.0.1:${app}` });
}
