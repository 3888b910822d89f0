import { spawn } from "node:child_process";
import { join } from "node:path";

const cli = join(import.meta.dirname, "../../src/cli.ts");

/** Runs the command in a process of its own, since virtual time is for a whole process. */
export function simulate(...given: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [cli, ...given], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
