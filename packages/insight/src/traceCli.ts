import { runCommand } from "./command.ts";
import { runningStack } from "./runningStack.ts";
import { type Arguments, help, readArguments } from "./trace/arguments.ts";
import { draw } from "./trace/draw.ts";
import { findTrace } from "./trace/findTrace.ts";

/** Where the output goes to no terminal. */
const defaultColumns = 140;

async function show({ dataDir, orderId, json, batches }: Arguments): Promise<void> {
  const order = await findTrace(runningStack(dataDir), orderId, Date.now());
  const columns = process.stdout.columns ?? defaultColumns;
  const lines = json
    ? [JSON.stringify(order, null, 2)]
    : draw(order, { columns, withBatches: batches });
  console.log(lines.join("\n"));
}

await runCommand({ script: "trace", help, readArguments, show });
