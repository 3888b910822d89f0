import type { Order } from "@waybill/contracts/order";
import { countFitting, type ElementResult, type Refusal, toFailure } from "@waybill/rpc";
import { sizeOf } from "../domain/size.ts";

/** The results of a batch as far as their orders fit into one answer. What does not is replaced by a refusal. */
export function withinOneMessage<Response extends { readonly order?: Order | undefined }>(
  results: readonly ElementResult<Response>[],
  tooMuch: (order: Order) => Refusal,
): readonly ElementResult<Response>[] {
  const orders = results.map((result) => ("ok" in result ? result.ok.order : undefined));
  const fitting = countFitting(
    orders.map((order) => (order === undefined ? 0 : sizeOf(order.lines, order.shipTo))),
  );
  return results.map((result, index) => {
    const order = orders[index];
    if (order === undefined || index < fitting) return result;
    const error = tooMuch(order);
    return { failure: toFailure(error), error };
  });
}
