/** Serves the console for development, changes shown at once; its API is a running stack's gateway. */
import { noArguments, runTool } from "@waybill/chassis/commandLine";
import { createServer } from "vite";
import { settings } from "./settings.ts";

const help = `Serves the console for development: what is changed in console/ is shown at once. Its API is the gateway of a stack that runs.

npm run console

GATEWAY_URL   where that gateway is; default: http://127.0.0.1:8080, that of npm start
`;

async function serve(): Promise<number> {
  const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8080";
  const server = await createServer({
    ...settings,
    logLevel: "info",
    server: { proxy: { "/api": gateway, "/docs": gateway } },
  });
  await server.listen();
  server.printUrls();
  return 0;
}

await runTool({
  script: "console",
  help,
  readArguments: noArguments,
  run: serve,
});
