import { dataDirFlag, shown } from "../stack/dataDirFlag.ts";
import type { StackEvent } from "../stack/events.ts";
import type { Stack } from "../stack/stack.ts";

/** After so many failures in a row the last lines of a part are shown, and again at every doubling. At its first start, three end it all. */
const SHOW_OUTPUT_AT = 4;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const titles: Readonly<Record<string, string>> = { postgres: "PostgreSQL", nats: "NATS" };
const titleOf = (part: string): string => titles[part] ?? part;

/** What one event looks like on the terminal. */
export function line(event: StackEvent): string {
  switch (event.kind) {
    case "ready":
      return `  ${titleOf(event.part).padEnd(12)} ${event.address.padEnd(18)} ready in ${seconds(event.tookMs)}`;
    case "recovered":
      return `  ${titleOf(event.part)} serves again (${seconds(event.tookMs)})`;
    case "failed": {
      const title = titleOf(event.part);
      const text = `  ${title} failed (${event.problem}); starting it again in ${seconds(event.againInMs)}`;
      return showsOutput(event.failures) ? `${text}. Its last lines:\n${event.output}` : text;
    }
    case "note":
      return `  ${event.text}`;
    default:
      return event satisfies never;
  }
}

const showsOutput = (failures: number): boolean =>
  failures >= SHOW_OUTPUT_AT && Number.isInteger(Math.log2(failures));

/** What is shown when everything serves. */
export function welcome(stack: Stack, tookMs: number, isEphemeral: boolean): string {
  const where = shown(stack.dataDir);
  const curl = "npx buf curl --protocol grpc --http2-prior-knowledge";
  const itself = dataDirFlag(stack.dataDir);
  const tool = itself && ` --${itself}`;
  const asAlice = `-H "authorization: Bearer $(npm run -s token -- alice${itself})"`;
  const order =
    '{"request_id":"first","user_id":"alice","lines":[{"item_id":"tea-green","quantity":2}],"payment_method":"pm_ok"}';
  return `
Ready in ${seconds(tookMs)}. Data: ${where}${isEphemeral ? " (removed at the end)" : ""}, logs: ${where}/logs. Ctrl-C stops it.
${door(stack)}${login(stack)}
Try next, in another terminal:
  npm run demo${tool}      the story of a few orders, with their timelines
  npm run top${tool}       what the stack is doing, live, and what is wrong
  npm run logs${tool}      what the services have logged, in one list
  npm run doctor${tool}    checks that nothing is lost, oversold, charged twice or stuck
  npm run trace${tool || " --"} <order id>    what an order has been through
  ${curl} ${asAlice} -d '{}' \\
    http://${stack.address("item")}/waybill.item.v1.ItemService/ListItems
  ${curl} ${asAlice} -d '${order}' \\
    http://${stack.address("order")}/waybill.order.v1.OrderService/CreateOrder
`;
}

function door(stack: Stack): string {
  if (!stack.processes().some(({ part }) => part === "gateway")) return "";
  const url = `http://${stack.address("gateway")}`;
  return `The public door: ${url}, described at ${url}/docs and in docs/http.md.\n`;
}

function login({ administrator }: Stack): string {
  if (administrator === undefined) return "";
  const { email, password } = administrator;
  return `Administrator of this stack: ${email}, password ${password}\n`;
}
