import {
  baseConfig,
  envAddress,
  envChoice,
  envInteger,
  envText,
  loadConfig,
} from "@waybill/chassis";
import { SimulatedPaymentMethod } from "@waybill/contracts/payment";

const simulatedMethods = Object.keys(SimulatedPaymentMethod)
  .filter((name) => name !== "UNSPECIFIED")
  .map((name) => name.toLowerCase())
  .join(",");

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(
    {
      ...baseConfig,
      STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
      ITEM_ADDRESS: envAddress("127.0.0.1:50053"),
      USER_ADDRESS: envAddress("127.0.0.1:50055"),
      /** What becomes of orders while the item service is away. */
      RESERVATION_FALLBACK: envChoice(["defer", "reject"], "defer"),
      /** The payment methods that are accepted, separated by commas: those that the payment provider knows. */
      PAYMENT_METHODS: envText(simulatedMethods),
      /** Orders per batch at most, and batches at once. */
      BATCH_SIZE: envInteger({ min: 1, max: 512, default: 256 }),
      BATCH_LANES: envInteger({ min: 1, max: 8, default: 1 }),
    },
    env,
  );
