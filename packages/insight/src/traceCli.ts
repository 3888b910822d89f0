import { runCommand } from "./command.ts";
import { runningStack } from "./runningStack.ts";
import { help, readArguments } from "./trace/arguments.ts";
import { draw } from "./trace/draw.ts";
import { findTrace } from "./trace/findTrace.ts";

/** Where the output goes to no terminal. */
const defaultColumns = 140;

await runCommand("trace", async () => {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) return console.log(help);
  const order = await findTrace(runningStack(given.dataDir), given.orderId, Date.now());
  const columns = process.stdout.columns ?? defaultColumns;
  const lines = given.json
    ? [JSON.stringify(order, null, 2)]
    : draw(order, { columns, withBatches: given.batches });
  console.log(lines.join("\n"));
});
