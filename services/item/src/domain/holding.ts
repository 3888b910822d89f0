import type { Attempt, Effects, TryOperation } from "@waybill/tcc";
import { maxMinorUnits } from "./item.ts";
import type {
  HoldRefusal,
  RequestedLine,
  Reservation,
  ReservationLine,
  ReservationOperation,
  ReservationRequest,
} from "./reservation.ts";
import type { StockLedger } from "./stockLedger.ts";

export interface Timing {
  readonly now: Date;
  /** When a hold that is made now expires. */
  readonly expiresAt: Date;
}

/** What trying, confirming and cancelling a reservation do to the stock. */
export function reservationEffects(
  stock: StockLedger,
  { now, expiresAt }: Timing,
): Effects<ReservationRequest, Reservation, HoldRefusal> {
  return {
    try: (operation) => hold(operation, stock, { now, expiresAt }),
    confirm: (reservation) => {
      stock.deduct(reservation.lines);
      return { ...reservation, state: "CONFIRMED", updatedAt: now };
    },
    cancel: (reservation) => {
      stock.release(reservation.lines);
      return { ...reservation, state: "CANCELLED", updatedAt: now };
    },
    block: (transactionId) => ({
      transactionId,
      state: "BLOCKED",
      contentHash: "",
      userId: "",
      lines: [],
      total: undefined,
      expiresAt: undefined,
      createdAt: now,
      updatedAt: now,
    }),
  };
}

/** The items whose stock a batch may touch, given the reservations that exist: those must be locked. By item id. */
export function itemsTouched(
  operations: readonly ReservationOperation[],
  reservations: ReadonlyMap<string, Reservation>,
): readonly string[] {
  const touched = new Set<string>();
  for (const operation of operations) {
    const reservation = reservations.get(operation.transactionId);
    if (operation.kind === "try" && reservation === undefined) {
      for (const line of operation.content.lines) touched.add(line.itemId);
    }
    if (operation.kind !== "try" && reservation?.state === "TRIED") {
      for (const line of reservation.lines) touched.add(line.itemId);
    }
  }
  return [...touched].sort();
}

function hold(
  { transactionId, content, contentHash }: TryOperation<ReservationRequest>,
  stock: StockLedger,
  { now, expiresAt }: Timing,
): Attempt<Reservation, HoldRefusal> {
  const priced = priceLines(content.lines, stock);
  if (priced.kind === "refused") return { kind: "declined", refusal: priced.refusal };
  const shortages = content.lines.flatMap(({ itemId, quantity }) => {
    const available = availableOf(itemId, stock);
    return available < BigInt(quantity) ? [{ itemId, requested: quantity, available }] : [];
  });
  if (shortages.length > 0) {
    return { kind: "declined", refusal: { reason: "OUT_OF_STOCK", shortages } };
  }
  stock.hold(content.lines);
  const row: Reservation = {
    transactionId,
    state: "TRIED",
    contentHash,
    userId: content.userId,
    lines: priced.lines,
    total: priced.total,
    expiresAt,
    createdAt: now,
    updatedAt: now,
  };
  return { kind: "tried", row };
}

type Priced =
  | {
      readonly kind: "priced";
      readonly lines: readonly ReservationLine[];
      readonly total: NonNullable<Reservation["total"]>;
    }
  | { readonly kind: "refused"; readonly refusal: HoldRefusal };

function priceLines(requested: readonly RequestedLine[], stock: StockLedger): Priced {
  const lines: ReservationLine[] = [];
  const missing: RequestedLine[] = [];
  for (const line of requested) {
    const item = stock.find(line.itemId);
    if (item === undefined) missing.push(line);
    else
      lines.push({
        itemId: item.itemId,
        quantity: line.quantity,
        name: item.name,
        unitPrice: item.unitPrice,
      });
  }
  if (missing.length > 0) return refused({ reason: "ITEM_NOT_FOUND", missing });

  const [currency, ...others] = new Set(lines.map((line) => line.unitPrice.currency));
  if (currency === undefined) throw new Error("a reservation without lines");
  if (others.length > 0) {
    return refused({ reason: "MIXED_CURRENCIES", currencies: [currency, ...others].sort() });
  }
  const total = lines.reduce(
    (sum, { quantity, unitPrice }) => sum + BigInt(quantity) * unitPrice.minorUnits,
    0n,
  );
  if (total > maxMinorUnits) return refused({ reason: "TOTAL_TOO_LARGE", total });
  return { kind: "priced", lines, total: { minorUnits: total, currency } };
}

const refused = (refusal: HoldRefusal): Priced => ({ kind: "refused", refusal });

function availableOf(itemId: string, stock: StockLedger): bigint {
  const item = stock.find(itemId);
  return item === undefined ? 0n : item.onHand - item.held;
}
