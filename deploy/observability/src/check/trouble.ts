import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "@waybill/stack";
import { connect } from "nats";

/** Of each fault: long enough for breakers to open, calls to time out and holds to expire. */
const lastsMs = 12_000;

/** Makes trouble, one after the other: parts that are away or hang, and messages that nobody can read. */
export async function makeTrouble(stack: Stack, say: (text: string) => void): Promise<void> {
  say("a message that nobody can read");
  await publishGarbage(stack);
  for (const part of ["item", "status", "payment", "postgres"] as const) {
    say(`${part} is away`);
    await stack.halt(part);
    await delay(lastsMs);
    await stack.resume(part);
  }
  say("item hangs");
  await stack.kill("item", "SIGSTOP");
  await delay(lastsMs);
  await stack.kill("item", "SIGCONT");
  await stack.untilReady("item");
  say("shipping is away from here on");
  await stack.halt("shipping");
}

async function publishGarbage({ natsUrl }: Stack): Promise<void> {
  const connection = await connect({ servers: natsUrl });
  await connection.jetstream().publish("orders.v1.placed.garbage", "not an event");
  await connection.close();
}
