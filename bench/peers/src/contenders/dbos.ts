import { freePort } from "@waybill/stack";
import type { Contender, Peer } from "../contender.ts";
import type { Ground } from "../ground.ts";
import { httpCaller } from "../httpCaller.ts";
import { peerTurn } from "../peerTurn.ts";
import { startProgram } from "../processes.ts";
import { oneDatabase } from "./oneDatabase.ts";

export const dbos: Contender = {
  name: "dbos",
  title: "DBOS Transact on PostgreSQL",
  turn: peerTurn(startDbos),
};

async function startDbos(ground: Ground, signal: AbortSignal): Promise<Peer> {
  await using cleanUp = new AsyncDisposableStack();
  const { url, all } = await oneDatabase(ground);
  const system = await ground.postgres.createDatabase("orders_dbos_sys");
  const port = await freePort();
  const env = { DATABASE_URL: url, DBOS_SYSTEM_DATABASE_URL: system };
  const program = { name: "services", script: "apps/dbos.ts", port, env };
  const services = cleanUp.use(await startProgram(ground, program, signal));
  const caller = cleanUp.use(httpCaller(port));
  const owned = cleanUp.move();
  return {
    place: async (order) => {
      await caller.post("/orders", order);
    },
    processes: [{ part: "services", pid: services.pid }],
    databases: all,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
