import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/**
 * Runs beside this process and reads from a pipe that only this process holds open. The pipe's end is the one thing that happens however
 * this process dies, SIGKILL included; then it stops what is still registered, at most 10 s long, and removes the folders given.
 */
const SCRIPT = `
watched=''
forget() {
  kept=''
  for entry in $watched; do [ "\${entry%%:*}" = "$1" ] || kept="$kept $entry"; done
  watched=$kept
}
running() { # A zombie that nobody reaps is not running.
  kill -0 "$1" 2>/dev/null || return 1
  state=''
  [ ! -r "/proc/$1/stat" ] || read -r _ _ state _ 2>/dev/null < "/proc/$1/stat"
  [ "$state" != Z ]
}
alive() { for entry in $watched; do running "\${entry%%:*}" && return 0; done; return 1; }
while read -r verb argument; do
  case $verb in
    watch) watched="$watched $argument" ;;
    forget) forget "$argument" ;;
    remove) set -- "$@" "$argument" ;;
  esac
done
for entry in $watched; do
  kill -s "\${entry##*:}" "\${entry%%:*}" 2>/dev/null
  kill -s CONT "\${entry%%:*}" 2>/dev/null
done
tries=0
while alive && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
for entry in $watched; do kill -s KILL "\${entry%%:*}" 2>/dev/null; done
[ $# -eq 0 ] || rm -rf "$@"
`;

/** How a child is asked to end: what its own documentation calls a fast, clean stop. */
export type StopSignal = "INT" | "TERM" | "QUIT" | "KILL";

let guardian: ChildProcess | undefined;

function tell(line: string): void {
  if (process.platform === "win32") return; // No shell to count on; there the children end by the exit handlers of their owners.
  if (guardian === undefined) {
    guardian = spawn("/bin/sh", ["-c", SCRIPT], {
      cwd: "/",
      detached: true, // Ctrl-C in the terminal must not reach it.
      stdio: ["pipe", "ignore", "ignore"],
    });
    guardian.on("error", () => {});
    guardian.stdin?.on("error", () => {});
    guardian.unref();
    (guardian.stdin as Socket | null)?.unref();
  }
  guardian.stdin?.write(`${line}\n`);
}

/** Sees to it that the process does not outlive this one. */
export function guard(pid: number, signal: StopSignal): void {
  tell(`watch ${pid}:${signal}`);
}

/** The process has ended; its id may be somebody else's soon. */
export function unguard(pid: number): void {
  tell(`forget ${pid}`);
}

/** Removes the folder once this process and all that it guards have ended. */
export function removeAtExit(folder: string): void {
  tell(`remove ${folder}`);
}
