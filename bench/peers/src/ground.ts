import { rmSync } from "node:fs";
import { type PostgresServer, startPostgres, temporaryFolder } from "@waybill/stack";

/** What a peer is started on, new for each turn. */
export interface Ground extends AsyncDisposable {
  /** For its data and logs; removed in the end. */
  readonly folder: string;
  /** A server of its own, with the settings of Waybill's. */
  readonly postgres: PostgresServer;
}

export async function prepareGround(): Promise<Ground> {
  await using cleanUp = new AsyncDisposableStack();
  const folder = temporaryFolder("waybill-peers-");
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }));
  const postgres = cleanUp.use(await startPostgres({ dataDir: folder, countStatements: true }));
  const owned = cleanUp.move();
  return { folder, postgres, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
