import type { CDPSession, Page } from "playwright-core";

/** A task of the page's main thread. Unit: ms. */
export interface Task {
  /** From its begin to its end, as whoever clicks meanwhile waits. */
  readonly tookMs: number;
  /** What it had the processor for; the rest it waited for one, beside all else that this machine does. */
  readonly cpuMs: number;
}

/** An event of Chromium's tracing, as far as it is looked at. Unit of durations: µs. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const mainThread = "CrRendererMain";
const runTask = "ThreadControllerImpl::RunTask";
const traceConfig = { includedCategories: ["toplevel", "__metadata"] };

const placeOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;

function tasksIn(events: readonly TraceEvent[]): Task[] {
  const named = events.filter(
    ({ name, args }) => name === "thread_name" && args?.name === mainThread,
  );
  const places = new Set(named.map(placeOf));
  return events
    .filter((event) => event.name === runTask && places.has(placeOf(event)))
    .map(({ dur = 0, tdur = 0 }) => ({ tookMs: dur / 1_000, cpuMs: tdur / 1_000 }));
}

/** All that Chromium has traced; it is told in parts. */
async function endTracing(session: CDPSession): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  );
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  return events;
}

/** What happens, and the tasks that the page's main thread meanwhile had. Throws when Chromium has traced none. */
export async function tasksDuring<T>(
  page: Page,
  happen: () => Promise<T>,
): Promise<{ result: T; tasks: readonly Task[] }> {
  const session = await page.context().newCDPSession(page);
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  const result = await happen();
  const tasks = tasksIn(await endTracing(session));
  await session.detach();
  if (tasks.length === 0) throw new Error(`Chromium has traced no ${runTask} of ${mainThread}`);
  return { result, tasks };
}
