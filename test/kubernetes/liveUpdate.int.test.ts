import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { testFolder } from "@waybill/stack";
import { eventually } from "../e2e/support/eventually.ts";
import { evaluateTiltfile, nameOf, needsPython } from "./support/tiltfile.ts";

/** A file below a folder, whose own folder may not be there yet. */
function write(folder: string, path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe("a service in a pod of Tilt's", () => {
  let app: string;
  let service: ChildProcess | undefined;
  let printed = "";

  /** Replaces a file as Tilt does: by tar, which takes the old one away first. */
  const replace = (path: string, text: string): void => {
    const changed = testFolder("changed");
    write(changed, path, text);
    const archive = execFileSync("tar", ["-C", changed, "-cf", "-", path]);
    execFileSync("tar", ["-C", app, "-xf", "-"], { input: archive });
  };

  const until = (text: string) => eventually(text, () => printed.includes(text));

  before(function () {
    needsPython.call(this);
    const build = evaluateTiltfile().find((call) => nameOf(call) === "waybill/order");
    const [, ...args] = build?.entrypoint ?? [];
    app = testFolder("app"); // Laid out as the image is.
    write(
      app,
      "services/order/src/main.ts",
      'console.log("main 0"); setInterval(() => {}, 60_000);',
    );
    write(app, "packages/chassis/src/telemetry.ts", 'console.log("package 0");');
    write(
      app,
      "packages/chassis/package.json",
      '{ "name": "@waybill/chassis", "type": "module", "exports": { "./telemetry": "./src/telemetry.ts" } }',
    );
    write(app, "package.json", '{ "type": "module" }');
    mkdirSync(join(app, "node_modules/@waybill"), { recursive: true });
    symlinkSync("../../packages/chassis", join(app, "node_modules/@waybill/chassis"));
    const cwd = join(app, "services/order");
    service = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
    service.stdout?.on("data", (text) => {
      printed += text;
    });
  });

  after(() => service?.kill());

  it("starts anew for each change of a file, also the second one of the same file", async () => {
    await until("package 0\nmain 0");
    for (const version of [1, 2, 3]) {
      replace(
        "services/order/src/main.ts",
        `console.log("main ${version}"); setInterval(() => {}, 60_000);`,
      );
      await until(`main ${version}`);
      replace("packages/chassis/src/telemetry.ts", `console.log("package ${version}");`);
      await until(`package ${version}\nmain ${version}`);
    }
  });
});
