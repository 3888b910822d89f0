import { noArguments, runTool } from "@waybill/chassis/commandLine";

const help = `Makes docs/screenshots anew, which takes some two minutes: each page of the console, light and dark, on a desk and on a phone, of a
stack of its own. Needs Chromium: apt-get install chromium, or CHROMIUM=<path>.

npm run screenshots
`;

await runTool({
  script: "screenshots",
  help,
  readArguments: noArguments,
  run: async () => {
    await import("./take.ts");
    return 0;
  },
});
