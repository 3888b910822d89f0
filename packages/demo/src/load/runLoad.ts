import { diagnose, formatDiagnosis } from "@waybill/doctor";
import type { LoadOptions } from "../cli/arguments.ts";
import type { Place } from "../place.ts";
import { furnish, type Shop } from "../shop.ts";
import { Ends } from "./ends.ts";
import { nothingPlaced, type Placed, placeOrders } from "./placeOrders.ts";
import { type Progress, showProgress } from "./progress.ts";
import { formatSummary, type Times } from "./summary.ts";
import { watchEnds } from "./watchEnds.ts";

const REDRAW_MS = 200;

/** Places many orders, waits until all have ended, and asks the doctor. Answers whether all is well. */
export async function runLoad(
  shop: Shop,
  run: string,
  { books }: Place,
  options: LoadOptions,
): Promise<boolean> {
  await furnish(shop.users, shop.items);
  const ends = new Ends();
  const placed = nothingPlaced();
  const times = await placeAndWait(shop, run, options, placed, ends);
  console.log(formatSummary(options, placed, ends, times));
  const diagnosis = await diagnose({ ...books, acknowledged: ends.accepted });
  console.log(`\n${formatDiagnosis(diagnosis)}`);
  const isComplete = placed.accepted === options.orders && ends.openCount === 0;
  return isComplete && placed.doubledWrongly === 0 && diagnosis.healthy;
}

async function placeAndWait(
  shop: Shop,
  run: string,
  options: LoadOptions,
  placed: Placed,
  ends: Ends,
): Promise<Times> {
  await using watch = watchEnds(shop.statuses, ends);
  await watch.begun;
  using progress = showProgress(options.orders);
  const startedAt = performance.now();
  using _drawing = redraw(progress, placed, ends);
  await Promise.race([placeOrders(shop.orders, run, options, placed, ends), watch.failed]);
  const placedAt = performance.now();
  progress.limit(placed.accepted);
  await Promise.race([untilEnded(ends, options.patienceMs), watch.failed]);
  const endedAt = performance.now();
  progress.update(placed.accepted, ends.endedCount, "");
  return { placingMs: placedAt - startedAt, allMs: endedAt - startedAt };
}

function redraw(progress: Progress, placed: Placed, ends: Ends): Disposable {
  const draw = () => {
    const again = placed.repeated > 0 ? `, ${placed.repeated} requests repeated` : "";
    progress.update(placed.accepted, ends.endedCount, `${ends.openCount} under way${again}`);
  };
  const timer = setInterval(draw, REDRAW_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Resolves when all accepted orders have ended, or nothing has moved for too long. */
function untilEnded(ends: Ends, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const isOver = ends.openCount === 0 || performance.now() - ends.lastNewsAt > patienceMs;
      if (!isOver) return;
      clearInterval(timer);
      resolve();
    }, REDRAW_MS).unref(); // Watching keeps the process alive as long as this matters.
  });
}
