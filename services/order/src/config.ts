import { baseConfig, envAddress, envChoice, envText, loadConfig } from "@waybill/chassis";
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
    },
    env,
  );
