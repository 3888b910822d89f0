import { resolve } from "node:path";
import { emitKeypressEvents } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { styleText } from "node:util";
import { dataDirFlag } from "@waybill/stack";
import { runCommand } from "./command.ts";
import { endBySignal } from "./endBySignal.ts";
import { runningStack } from "./runningStack.ts";
import { type Arguments, help, readArguments } from "./top/arguments.ts";
import { fit } from "./top/fit.ts";
import { frameOf, type Line } from "./top/frame.ts";
import { watchMessaging } from "./top/messaging.ts";
import type { Observation } from "./top/observation.ts";
import { observe } from "./top/observe.ts";
import { Series } from "./top/series.ts";

const intervalMs = 2_000;
/** Rates and percentiles are of the last 30 s. */
const keptObservations = 16;

/** The terminal's own screen is kept apart and comes back at the end. */
const enterScreen = "\x1b[?1049h\x1b[?25l";
const leaveScreen = "\x1b[?25h\x1b[?1049l";
const toTop = "\x1b[H";
const clearRest = "\x1b[J";
const clearLine = "\x1b[K";

const styles = { title: "bold", bad: "red", good: "green" } as const;

function shown({ text, tone }: Line): string {
  return tone === "plain" ? text : styleText(styles[tone], text);
}

async function show({ dataDir, once }: Arguments): Promise<void> {
  const { natsUrl } = runningStack(dataDir);
  await using messaging = watchMessaging(natsUrl);
  const look = () => observe(runningStack(dataDir), messaging);
  const where = dataDirFlag(resolve(dataDir)).trim() || "npm start";
  const frame = (first: Observation, last: Observation) => frameOf(new Series(first, last), where);
  if (once || !process.stdout.isTTY) {
    const first = await look();
    await delay(intervalMs);
    console.log(
      frame(first, await look())
        .map(shown)
        .join("\n"),
    );
  } else await watch(look, frame);
}

/** Draws again and again, until a key or a signal ends it, or the stack. */
async function watch(
  look: () => Promise<Observation>,
  frame: (first: Observation, last: Observation) => readonly Line[],
): Promise<void> {
  using ending = untilEnded();
  process.stdout.write(enterScreen);
  try {
    const seen: Observation[] = [];
    while (!ending.signal.aborted) {
      seen.push(await look());
      if (seen.length > keptObservations) seen.shift();
      const [first, last] = [seen[0], seen.at(-1)];
      if (first !== undefined && last !== undefined) draw(frame(first, last));
      await delay(intervalMs, undefined, { signal: ending.signal }).catch(() => {});
    }
  } finally {
    process.stdout.write(leaveScreen);
  }
}

/** As much as fits; the cursor has the last line. */
function draw(lines: readonly Line[]): void {
  const { columns, rows } = process.stdout;
  const screen = { columns: Math.max(columns, 1), rows: Math.max(rows - 1, 1) };
  const fitting = fit(lines, screen).map((line) => shown(line) + clearLine);
  process.stdout.write(`${toTop}${fitting.join("\n")}\n${clearRest}`);
}

interface Ending extends Disposable {
  readonly signal: AbortSignal;
}

function untilEnded(): Ending {
  const ended = new AbortController();
  endBySignal(ended);
  const { stdin } = process;
  if (stdin.isTTY) {
    emitKeypressEvents(stdin);
    stdin.setRawMode(true).resume();
    stdin.on("keypress", (_, { name, ctrl }: { name?: string; ctrl: boolean }) => {
      if (name === "q" || (ctrl && name === "c")) ended.abort();
    });
  }
  return {
    signal: ended.signal,
    [Symbol.dispose]: () => {
      if (stdin.isTTY) stdin.setRawMode(false).pause();
    },
  };
}

await runCommand({ script: "top", help, readArguments, show });
