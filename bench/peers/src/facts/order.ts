/** An order as the contenders take it. The id is the key by which it is idempotent. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly userId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
}
