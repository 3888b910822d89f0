import { type Stack, stackIssuer, startStack } from "@waybill/stack";
import type { Known } from "../inputs/fields.ts";
import type { Tokens } from "../inputs/headers.ts";
import { furnish } from "./furnish.ts";
import { environment, tokenLifetimeMs } from "./settings.ts";

/** A stack of its own, with something in it, to which inputs are sent. */
export interface Stage extends AsyncDisposable {
  readonly stack: Stack;
  readonly known: Known;
  readonly tokens: Tokens;
  /** Parts that have ended since, with their last lines. */
  readonly ended: readonly string[];
  /** Disposes it with the stage. */
  use<Resource extends Disposable>(resource: Resource): Resource;
}

/** Starts it. The data folder must be new; without one it is a temporary folder. */
export async function openStage(dataDir: string | undefined): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const ended: string[] = [];
  const stack = undo.use(
    await startStack({
      ...(dataDir === undefined ? { ephemeral: true } : { dataDir }),
      portBase: "free",
      env: environment,
      postgres: { fsync: false, sharedBuffersMb: 64 },
      report: (event) => {
        if (event.kind === "failed")
          ended.push(`${event.part} ended: ${event.problem}\n${event.output}`);
      },
    }),
  );
  const known = await furnish(stack);
  const tokens = await tokensOf(stack);
  const resources = undo.use(new DisposableStack());
  const cleanUp = undo.move();
  return {
    ...{ stack, known, tokens, ended },
    use: (resource) => resources.use(resource),
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}

async function tokensOf({ dataDir }: Stack): Promise<Tokens> {
  const issuer = await stackIssuer(dataDir);
  return {
    customer: await issuer.userToken("alice", ["customer"], tokenLifetimeMs),
    admin: await issuer.userToken("root", ["customer", "admin"], tokenLifetimeMs),
    service: await issuer.serviceToken("workflow", tokenLifetimeMs),
  };
}
