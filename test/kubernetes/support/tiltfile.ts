import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../../support/repository.ts";

/** A call of one of Tilt's functions. */
export interface TiltCall {
  readonly function: string;
  readonly args: readonly unknown[];
  readonly target?: string;
  readonly only?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly resource_deps?: readonly string[];
  readonly port_forwards?: readonly TiltCall[];
  readonly live_update?: readonly TiltCall[];
}

export const nameOf = ({ args }: TiltCall): string => String(args[0]);

/** Skips, and says so, where there is no Python to evaluate the Tiltfile. */
export function needsPython(this: Mocha.Context): void {
  if (spawnSync("python3", ["--version"]).status === 0) return;
  console.log("      SKIPPED: there is no python3 to evaluate the Tiltfile");
  this.skip();
}

/** What the Tiltfile asks Tilt for. */
export const evaluateTiltfile = (): TiltCall[] =>
  JSON.parse(
    execFileSync(
      "python3",
      [join(root, "test/kubernetes/support/evaluateTiltfile.py"), join(root, "Tiltfile")],
      { cwd: root, encoding: "utf8" },
    ),
  );
