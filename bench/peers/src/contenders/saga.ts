import { freePort } from "@waybill/stack";
import type { Contender, Peer } from "../contender.ts";
import { type Databases, makeTables, type Owner, owners } from "../facts/tables.ts";
import type { Ground } from "../ground.ts";
import { catalogue } from "../load.ts";
import { peerTurn } from "../peerTurn.ts";
import { startProgram } from "../processes.ts";
import { rpcClient } from "../saga/rpc.ts";

export const saga: Contender = {
  name: "saga",
  title: "hand-written synchronous gRPC saga, not durable itself",
  turn: peerTurn(startSaga),
};

async function startSaga(ground: Ground, signal: AbortSignal): Promise<Peer> {
  await using cleanUp = new AsyncDisposableStack();
  const databases = await databasesOf(ground);
  const ports: Record<string, number> = {};
  for (const owner of owners) ports[owner] = await freePort();
  const addresses = Object.entries(ports).map(([name, port]) => [
    `${name.toUpperCase()}_PORT`,
    String(port),
  ]);
  const start = (owner: Owner) =>
    startProgram(
      ground,
      {
        name: owner,
        script: "saga/main.ts",
        args: [owner],
        env: { ...Object.fromEntries(addresses), DATABASE_URL: databases[owner] },
        port: ports[owner] ?? 0,
      },
      signal,
    );
  const processes: { part: Owner; pid: number }[] = [];
  for (const owner of owners)
    processes.push({ part: owner, pid: cleanUp.use(await start(owner)).pid });
  const client = cleanUp.use(rpcClient("order", ports.order ?? 0));
  const owned = cleanUp.move();
  return {
    place: async (order) => {
      await client.call("place", order);
    },
    processes,
    databases,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Makes a database for each owner. */
async function databasesOf({ postgres }: Ground): Promise<Databases> {
  const urls: Partial<Record<Owner, string>> = {};
  for (const owner of owners) urls[owner] = await postgres.createDatabase(owner);
  const databases = urls as Databases;
  await makeTables(databases, catalogue);
  return databases;
}
