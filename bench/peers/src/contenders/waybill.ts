import { readOptions, runBench } from "@waybill/bench";
import type { Conduct, Contender, Load, Turn } from "../contender.ts";
import { itemCount, linesPerOrder } from "../load.ts";

/** As in production; npm start traces everything. */
const traceRatio = 0.05;

/** Waybill as its own benchmark runs it, all services and 5 % tracing included. */
export const waybill: Contender = { name: "waybill", title: "Waybill", turn };

async function turn(load: Load, { say, signal }: Conduct): Promise<Turn> {
  const flags = {
    "--orders": load.orders,
    "--concurrency": load.concurrency,
    "--warm-up": load.warmUp,
    "--items": itemCount,
    "--lines": linesPerOrder,
    "--trace-ratio": traceRatio,
  };
  const options = readOptions(Object.entries(flags).flatMap(([flag, value]) => [flag, `${value}`]));
  if (options === undefined) throw new Error("The benchmark has been asked for help");
  const indented = (text: string) => say(`  ${text}`);
  const { report, diagnosis } = await runBench(options, indented, signal);
  const { failures, cancelled, unfinished, incidents } = report;
  const parts = report.processes.map(
    ({ part, cpuSecondsPerThousandOrders }) => [part, cpuSecondsPerThousandOrders] as const,
  );
  return {
    ordersPerSecond: report.deliveredPerSecond,
    cpuMsPerOrder: report.cpuMsPerOrder,
    cpuMsPerOrderByPart: Object.fromEntries(parts),
    answer: { p50: report.acceptance.p50, p99: report.acceptance.p99 },
    delivery: { p50: report.delivery.p50, p99: report.delivery.p99 },
    problems: [
      ...failures.map(({ count, code, example }) => `${count} orders failed: ${code}, ${example}`),
      ...(cancelled > 0 ? [`${cancelled} orders were cancelled`] : []),
      ...(unfinished > 0 ? [`${unfinished} orders have not ended`] : []),
      ...(diagnosis.healthy ? [] : ["the doctor is not content"]),
      ...incidents,
    ],
  };
}
