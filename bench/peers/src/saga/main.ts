import { Pool } from "pg";
import { told } from "../environment.ts";
import { orderService } from "./orderService.ts";
import { deliveryService, itemService, paymentService, shippingService } from "./participants.ts";
import { type Handlers, rpcClient, serveRpcs } from "./rpc.ts";

const connections = 32;

const participant = (name: string) => rpcClient(name, Number(told(`${name.toUpperCase()}_PORT`)));

const services: Readonly<Record<string, (pool: Pool) => Handlers>> = {
  order: (pool) =>
    orderService(pool, {
      item: participant("item"),
      payment: participant("payment"),
      shipping: participant("shipping"),
      delivery: participant("delivery"),
    }),
  item: itemService,
  payment: paymentService,
  shipping: shippingService,
  delivery: deliveryService,
};

const [name = ""] = process.argv.slice(2);
const service = services[name];
if (service === undefined) throw new Error(`There is no service "${name}"`);
const pool = new Pool({ connectionString: told("DATABASE_URL"), max: connections });
await serveRpcs(name, service(pool), Number(told("PORT")));
