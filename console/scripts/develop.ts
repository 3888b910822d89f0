/** Serves the console for development, changes shown at once; its API is a running stack's gateway. */
import { createServer } from "vite";
import { settings } from "./settings.ts";

const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8080";
const server = await createServer({
  ...settings,
  logLevel: "info",
  server: { proxy: { "/api": gateway, "/docs": gateway } },
});
await server.listen();
server.printUrls();
