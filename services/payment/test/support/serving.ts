import { type PaymentServiceClient, PaymentServiceDefinition } from "@waybill/contracts/payment";
import { admitUnverified } from "@waybill/identity";
import { createClient, Refusal, reasonName, startServer } from "@waybill/rpc";
import { paymentService } from "../../src/rpc/paymentService.ts";
import {
  logger,
  paymentDatabase,
  providerDatabase,
  simulated,
  type TestApp,
  testApp,
} from "./testBed.ts";

export interface Served extends AsyncDisposable {
  readonly app: TestApp;
  readonly client: PaymentServiceClient;
}

/** The service with the simulated provider, on fresh databases, asked over gRPC. */
export async function servePayments(): Promise<Served> {
  const stack = new AsyncDisposableStack();
  const db = stack.use(await paymentDatabase());
  const provider = stack.use(simulated(stack.use(await providerDatabase())));
  const app = testApp(db, provider, { providerPatienceMs: 50 });
  stack.use(app);
  const server = stack.use(
    await startServer({
      name: "payment",
      host: "127.0.0.1",
      port: 0,
      services: [[PaymentServiceDefinition, paymentService(app, logger)]],
      authorize: admitUnverified,
      logger,
    }),
  );
  const callee = `payment-${server.port}`;
  const client = stack.use(
    createClient(PaymentServiceDefinition, { callee, address: server.address, logger }),
  );
  return { app, client, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The refusal that a call is answered with. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => new Error("expected a refusal"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

/** "CODE REASON field, field" of the refusal that a call is answered with. */
export async function refused(call: Promise<unknown>): Promise<string> {
  const { code, reason, violations } = await refusal(call);
  const fields = violations.map((violation) => violation.field).join(", ");
  return `${code} ${reasonName(reason)} ${fields}`.trim();
}
