import type { OrderFacts, Step } from "./process.ts";

export type State = "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED";

/** What an order's event tells: the order entered a state. */
export interface News {
  readonly order: OrderFacts;
  readonly entered: State;
  readonly version: number;
  readonly occurredAt: Date;
  /** Status announced it again, because the order has not moved for a while. */
  readonly reannounced: boolean;
  /** It may have been worked on before: announced again, or delivered again. */
  readonly repeated: boolean;
}

/** What an order's news calls for. */
export type Work =
  /** Run this step. */
  | { readonly kind: "run"; readonly step: Step }
  /** Shipping or delivery is at it, and has not moved the order for a while: list it. */
  | { readonly kind: "watch" }
  /** The order is delivered: forget it. */
  | { readonly kind: "forget" }
  /** Somebody else's work, going well. */
  | { readonly kind: "nothing" };

/** What is to be done about this news, as far as the workflow is concerned. */
export function workOf(news: News): Work {
  switch (news.entered) {
    case "PENDING":
      return { kind: "run", step: "TRY" };
    case "CONFIRMED":
      return { kind: "run", step: "CONFIRM" };
    case "CANCELLED":
      return { kind: "run", step: "CANCEL" };
    case "PROCESSING":
    case "SHIPPED":
      return news.reannounced ? { kind: "watch" } : { kind: "nothing" };
    case "DELIVERED":
      return { kind: "forget" };
    default:
      return news.entered satisfies never;
  }
}

/**
 * The latest news of each order in a batch. Earlier ones need no work of their own: an order that is
 * decided needs no Try any more, and one that moved on has been confirmed.
 */
export function latestNews(batch: readonly News[]): ReadonlyMap<string, News> {
  const latest = new Map<string, News>();
  for (const news of batch) {
    const known = latest.get(news.order.orderId);
    if (known === undefined || news.version >= known.version) latest.set(news.order.orderId, news);
  }
  return latest;
}

/** What keeps an order that status announced again, by the state that it hangs in. */
export function hanging(entered: State, since: Date): { reason: string; error: string } {
  return entered === "SHIPPED"
    ? { reason: "NOT_DELIVERED", error: `no delivery since ${since.toISOString()}` }
    : { reason: "NOT_SHIPPED", error: `no shipment since ${since.toISOString()}` };
}
