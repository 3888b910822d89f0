import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import type { Labels } from "../../src/servers/alertmanager.ts";

/** One message of Alertmanager's: what it tells together. */
export interface Message {
  /** The path that it came to: "/page". */
  readonly path: string;
  readonly groupLabels: Labels;
  readonly alerts: readonly { readonly status: string; readonly labels: Labels }[];
}

/** Somebody who is told of alerts. */
export interface Webhook extends AsyncDisposable {
  readonly url: string;
  readonly messages: readonly Message[];
}

export async function startWebhook(): Promise<Webhook> {
  const messages: Message[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://webhook");
    const message = (await json(request)) as Omit<Message, "path">;
    messages.push({ ...message, path: pathname });
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    messages,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
