import { isTransient } from "@waybill/persistence";
import { forgetOrders } from "../db/recordProcesses.ts";
import { alreadyWaiting } from "../db/takeProcesses.ts";
import { latestNews, type News, workOf } from "../domain/news.ts";
import { finished, type Outcome, type Step } from "../domain/process.ts";
import { askAll, present, proceed } from "./askAll.ts";
import type { Workflow } from "./ports.ts";
import { recordFirstPass } from "./recordOutcomes.ts";
import { runStep } from "./runStep.ts";

/**
 * The first pass: does at once what a batch of orders' news calls for, and records what could not be finished. Answers the ids of
 * the orders for which not even that succeeded, whose news must come again; all others are dealt with. Throws when the table does not take
 * what one of them has: all of it is to be handled again, in halves, so that only that one is given up.
 */
export async function handleNews(
  workflow: Workflow,
  batch: readonly News[],
): Promise<ReadonlySet<string>> {
  const latest = [...latestNews(batch).values()];
  const waiting = await waitingOnes(workflow, latest);
  const news = latest.filter(({ order }) => !waiting.has(order.orderId));
  const outcomes = await firstPass(workflow, news);
  const unrecorded = new Set<string>();
  const attempt = async (concerned: readonly News[], record: () => Promise<void>) => {
    try {
      await record();
    } catch (error) {
      if (!isTransient(error)) throw error;
      workflow.logger.error({ error, orders: concerned.length }, "recording failed");
      for (const { order } of concerned) unrecorded.add(order.orderId);
    }
  };
  const ended = news.filter((each) => isOver(each, outcomes.get(each.order.orderId)));
  const open = news.filter(({ order }) => {
    const outcome = outcomes.get(order.orderId);
    return outcome !== undefined && outcome.kind !== "finished";
  });
  await attempt(ended, () => forgetOrders(workflow.db, idsOf(ended)));
  await attempt(open, () => recordFirstPass(workflow, ordersOf(open), outcomes));
  return unrecorded;
}

/** What may have been worked on before, and waits in the table already: the timer takes care of it. */
async function waitingOnes(
  { db, logger }: Workflow,
  latest: readonly News[],
): Promise<ReadonlySet<string>> {
  const asked = latest.flatMap((news) => {
    const step = news.repeated ? stepOf(news) : undefined;
    return step === undefined ? [] : [{ orderId: news.order.orderId, step }];
  });
  try {
    return await alreadyWaiting(db, asked);
  } catch (error) {
    logger.warn({ error, orders: asked.length }, "cannot look who waits already; working on all");
    return new Set(); // Doing it again is harmless.
  }
}

/** The steps side by side, since they concern different orders. What newer news have overtaken is done with. */
async function firstPass(
  workflow: Workflow,
  news: readonly News[],
): Promise<ReadonlyMap<string, Outcome>> {
  const overtaken = await overtakenOnes(workflow, news);
  const outcomes = new Map<string, Outcome>(overtaken.map((orderId) => [orderId, finished]));
  const run = async (step: Step) => {
    const concerned = news.filter(
      (each) => stepOf(each) === step && !outcomes.has(each.order.orderId),
    );
    for (const [orderId, outcome] of await runStep(workflow, step, ordersOf(concerned))) {
      outcomes.set(orderId, outcome);
    }
  };
  await Promise.all([run("TRY"), run("CONFIRM"), run("CANCEL"), run("FULFIL")]);
  return outcomes;
}

/**
 * The orders of repeated news that have moved on since, by what status says now. After the loss of the stream, the news of all orders come again,
 * those of days: were each of them worked on, what is new would wait behind them.
 */
async function overtakenOnes(
  { callees }: Workflow,
  news: readonly News[],
): Promise<readonly string[]> {
  const repeated = news.filter((each) => each.repeated && workOf(each).kind === "run");
  const answers = await askAll(repeated, (part) =>
    callees.status.batchGetStatuses({ orderIds: idsOf(part) }),
  );
  const found = proceed(
    repeated,
    answers,
    ({ order, version }, { status }) =>
      present(status, "status").version > version ? order.orderId : [],
    () => {}, // Not known: doing it again is harmless.
  );
  return found.flat();
}

function stepOf(news: News): Step | undefined {
  const work = workOf(news);
  if (work.kind === "run") return work.step;
  return work.kind === "watch" ? "FULFIL" : undefined;
}

/** Whatever waits for this order waits in vain: it has ended, or its coordinator has decided. */
function isOver({ entered, order }: News, outcome: Outcome | undefined): boolean {
  if (entered === "DELIVERED") return true;
  if (outcome?.kind !== "finished") return false;
  return entered === "CANCELLED" || (entered === "CONFIRMED" && order.expiresAt !== undefined);
}

const ordersOf = (news: readonly News[]) => news.map(({ order }) => order);
const idsOf = (news: readonly News[]) => news.map(({ order }) => order.orderId);
