import { availableParallelism } from "node:os";
import { runTool } from "@waybill/chassis/commandLine";
import { help, readArguments } from "./cli/arguments.ts";
import { runSchedules } from "./cli/runSchedules.ts";

await runTool({
  script: "simulate",
  help,
  readArguments: (args) => readArguments(args, Math.random, availableParallelism()),
  run: (assignment) => runSchedules(assignment, (text) => process.stdout.write(text)),
});
