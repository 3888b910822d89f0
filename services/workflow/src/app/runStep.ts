import type { OrderFacts, Step } from "../domain/process.ts";
import { cancelOrders } from "./cancelOrders.ts";
import { confirmOrders } from "./confirmOrders.ts";
import { decideOrders } from "./decideOrders.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Workshop } from "./ports.ts";
import { tryOrders } from "./tryOrders.ts";
import { watchFulfilment } from "./watchFulfilment.ts";

type RunStep = (workshop: Workshop, orders: readonly OrderFacts[]) => Promise<Outcomes>;

const functions: Readonly<Record<Step, RunStep>> = {
  TRY: tryOrders,
  DECIDE: decideOrders,
  CONFIRM: confirmOrders,
  CANCEL: cancelOrders,
  FULFIL: watchFulfilment,
};

/** Runs one step for a batch of different orders, whoever asks: an event or the timer. One outcome each. */
export const runStep = async (
  workshop: Workshop,
  step: Step,
  orders: readonly OrderFacts[],
): Promise<Outcomes> => (orders.length === 0 ? new Map() : functions[step](workshop, orders));
