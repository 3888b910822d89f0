import type { Failure } from "@waybill/contracts/errors";
import { AbandonOutcome, type BatchAbandonOrdersResponse } from "@waybill/contracts/order";
import { type BatchGetStatusesResponse, OrderState } from "@waybill/contracts/status";

/** What an expired hold is to do: what its order's fate says, or to stay as it is while nobody can tell. */
export type Fate = "confirm" | "cancel" | "extend" | "keep";

/** Those who know an order's fate. The clients of StatusService and OrderService are such. */
export interface FateSources {
  readonly status: {
    batchGetStatuses(
      request: { orderIds: string[] },
      options?: { signal?: AbortSignal },
    ): Promise<BatchGetStatusesResponse>;
  };
  readonly order: {
    batchAbandonOrders(
      request: { orderIds: string[] },
      options?: { signal?: AbortSignal },
    ): Promise<BatchAbandonOrdersResponse>;
  };
}

export interface FateQuestion extends FateSources {
  /** The state from which on holds are confirmed. PROCESSING for one that another participant's must precede. Default: CONFIRMED. */
  readonly confirmFrom?: OrderState.CONFIRMED | OrderState.PROCESSING;
}

export interface Fates {
  /** One for each order asked for. */
  readonly of: ReadonlyMap<string, Fate>;
  /** Why some are kept: what did not answer, or refused to. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly callee: "status" | "order";
  /** The order it is about; absent when the whole call failed. */
  readonly orderId?: string;
  readonly error: unknown;
}

/** google.rpc.Code.NOT_FOUND */
const notFoundCode = 5;

const fateOfState: Readonly<Record<OrderState, Fate>> = {
  [OrderState.UNSPECIFIED]: "keep",
  [OrderState.PENDING]: "extend",
  [OrderState.CONFIRMED]: "confirm",
  [OrderState.PROCESSING]: "confirm",
  [OrderState.SHIPPED]: "confirm",
  [OrderState.DELIVERED]: "confirm",
  [OrderState.CANCELLED]: "cancel",
};

const fateOfOutcome: Readonly<Record<AbandonOutcome, Fate>> = {
  [AbandonOutcome.UNSPECIFIED]: "keep",
  [AbandonOutcome.ABANDONED]: "cancel",
  [AbandonOutcome.STORED]: "extend",
};

/**
 * Asks status for the orders' fates, and has order settle those that status does not know; two calls at most. Never throws
 * and never guesses: the holds of orders about which there is no clear answer are to be kept.
 */
export async function askFates(
  orderIds: readonly string[],
  { status, order, confirmFrom = OrderState.CONFIRMED }: FateQuestion,
  signal?: AbortSignal,
): Promise<Fates> {
  const fateOf = (state: OrderState): Fate => {
    const fate = fateOfState[state] ?? "keep"; // A state that this version does not know decides nothing.
    return fate === "confirm" && state < confirmFrom ? "extend" : fate;
  };
  const inquiry = new Inquiry();
  const unknown: string[] = [];
  await inquiry.ask("status", orderIds, {
    call: (ids) => status.batchGetStatuses({ orderIds: ids }, { signal }),
    fateOf: ({ status: found }) => fateOf(found?.state ?? OrderState.UNSPECIFIED),
    onNotFound: (id) => unknown.push(id),
  });
  await inquiry.ask("order", unknown, {
    call: (ids) => order.batchAbandonOrders({ orderIds: ids }, { signal }),
    fateOf: (response) => fateOfOutcome[response.outcome] ?? "keep",
  });
  const of = new Map(orderIds.map((id) => [id, inquiry.fates.get(id) ?? "keep"]));
  return { of, problems: inquiry.problems };
}

/** The shape of all batch responses: one result per element, in the order of the request. */
interface BatchResponse<Response> {
  readonly results: readonly {
    readonly result:
      | { readonly $case: "response"; readonly value: Response }
      | { readonly $case: "failure"; readonly value: Failure }
      | undefined;
  }[];
}

interface Question<Response> {
  readonly call: (orderIds: string[]) => Promise<BatchResponse<Response>>;
  readonly fateOf: (response: Response) => Fate;
  readonly onNotFound?: (orderId: string) => void;
}

const isNotFound = (result: BatchResponse<unknown>["results"][number]["result"]): boolean =>
  result?.$case === "failure" && result.value.code === notFoundCode;

class Inquiry {
  readonly fates = new Map<string, Fate>();
  readonly problems: Problem[] = [];

  async ask<Response>(
    callee: Problem["callee"],
    orderIds: readonly string[],
    { call, fateOf, onNotFound }: Question<Response>,
  ): Promise<void> {
    if (orderIds.length === 0) return;
    try {
      const { results } = await call([...orderIds]);
      if (results.length !== orderIds.length) {
        throw new Error(
          `${callee} answered ${results.length} results for ${orderIds.length} orders`,
        );
      }
      for (const [index, orderId] of orderIds.entries()) {
        const result = results[index]?.result;
        const fate = result?.$case === "response" ? fateOf(result.value) : "keep";
        if (fate !== "keep") this.fates.set(orderId, fate);
        else if (onNotFound && isNotFound(result)) onNotFound(orderId);
        else this.problems.push({ callee, orderId, error: result?.value ?? "no result" });
      }
    } catch (error) {
      this.problems.push({ callee, error }); // Unreachable is no answer: the holds are kept.
    }
  }
}
