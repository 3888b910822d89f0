import type { ServiceName } from "@waybill/stack";
import type fc from "fast-check";
import type { Outcome } from "../judge/outcome.ts";

/** Something that inputs of one kind are sent to. */
export interface Target<Input> {
  /** "waybill.order.v1.OrderService/GetOrder", "GET /api/orders", "bytes to order". */
  readonly name: string;
  /** Whose process answers. */
  readonly part: ServiceName;
  readonly inputs: fc.Arbitrary<Input>;
  /** Sends one input and judges the answer. Never rejects. */
  try(input: Input): Promise<Outcome>;
  /** The input for people, and for trying it again by hand. */
  show(input: Input): object;
}

/** A target for whoever does not look into its inputs. */
export interface AnyTarget {
  readonly name: string;
  readonly part: ServiceName;
  /** So many inputs that the seed decides; `isRight` may be called with smaller ones once it has said no. */
  search(
    run: { readonly seed: number; readonly inputs: number },
    isRight: (attempt: Attempt) => Promise<boolean>,
  ): Promise<void>;
}

/** One input of a target, to be sent as often as one likes. */
export interface Attempt {
  try(): Promise<Outcome>;
  show(): object;
}
