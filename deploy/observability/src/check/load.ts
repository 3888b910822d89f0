import { setTimeout as delay } from "node:timers/promises";
import { type Stack, stackIssuer } from "@waybill/stack";

const lanes = 4;
const restMs = 100;
const answersWithinMs = 5_000;
const methods = ["pm_ok", "pm_declined", "pm_flaky", "pm_slow", "pm_pending", "pm_timeout"];

/** Has customers place, read and cancel orders at the public door, until its disposal. Refusals and outages are part of it. */
export async function keepOrdering(stack: Stack): Promise<AsyncDisposable> {
  const door = `http://${stack.address("gateway")}`;
  const issuer = await stackIssuer(stack.dataDir);
  const ending = new AbortController();
  const work = Array.from({ length: lanes }, (_, lane) => order(door, issuer, lane, ending.signal));
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.all(work);
    },
  };
}

async function order(
  door: string,
  issuer: Awaited<ReturnType<typeof stackIssuer>>,
  lane: number,
  signal: AbortSignal,
): Promise<void> {
  for (let number = 0; !signal.aborted; number += 1) {
    const token = await issuer.userToken("alice", ["customer"]);
    const orderId = `check-${lane}-${number}`;
    const items = [{ itemId: number % 7 === 6 ? "nothing-like-it" : "tea-green", quantity: 1 }];
    const paymentMethod = methods[(number + lane) % methods.length];
    await send(`${door}/api/orders`, token, { order: { orderId, items, paymentMethod } });
    await send(`${door}/api/orders/${orderId}`, token);
    await send(`${door}/api/orders/${orderId}`, token);
    if (number % 5 === 4) await send(`${door}/api/orders/${orderId}/cancel`, token, {});
    await delay(restMs);
  }
}

async function send(url: string, token: string, body?: object): Promise<void> {
  try {
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(answersWithinMs),
    });
    await response.body?.cancel();
  } catch {
    // The door is away or slow: that is what is looked at.
  }
}
