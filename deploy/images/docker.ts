import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Building an image downloads packages. */
const longMs = 15 * 60_000;
const maxOutputBytes = 64 * 1024 * 1024;

/** Debian's engine has BuildKit, but asks for it by name. */
const env = { ...process.env, DOCKER_BUILDKIT: "1" };

const client = process.env.DOCKER ?? "docker";

/** Runs docker, or the client that DOCKER names; answers what it prints. Rejects with what it complains of. */
export async function docker(...args: readonly string[]): Promise<string> {
  const options = { env, timeout: longMs, maxBuffer: maxOutputBytes };
  const { stdout } = await run(client, args, options);
  return stdout.trim();
}

/** The last lines of a container, errors included. */
export async function logsOf(container: string): Promise<string> {
  const { stdout, stderr } = await run(client, ["logs", "--tail", "20", container]);
  return `${stdout}${stderr}`;
}

export const imageOf = (service: string): string => `waybill/${service}`;

/** Builds a service's image from a folder; answers how long it took. Unit: ms. */
export async function build(service: string, context: string): Promise<number> {
  const started = performance.now();
  const args = ["build", "--network=host", "--quiet", "--build-arg", `SERVICE=${service}`];
  await docker(...args, "--tag", imageOf(service), context);
  return performance.now() - started;
}

/** What an image consists of, the base first. */
export const layersOf = async (image: string): Promise<readonly string[]> =>
  JSON.parse(await docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image));

export const sizeOf = async (image: string): Promise<number> =>
  Number(await docker("image", "inspect", "--format", "{{.Size}}", image));

/** How a container ended: its exit code, and how long `docker stop` took. */
export interface Stopped {
  readonly exitCode: number;
  readonly tookMs: number;
}

/** As a supervisor does: SIGTERM, and SIGKILL ten seconds later, of which exit code 137 would tell. */
export async function stop(container: string): Promise<Stopped> {
  const started = performance.now();
  await docker("stop", "--time", "10", container);
  const tookMs = performance.now() - started;
  const exitCode = await docker("inspect", "--format", "{{.State.ExitCode}}", container);
  return { exitCode: Number(exitCode), tookMs };
}

/** Memory in use, as `docker stats` prints it. */
export const memoryOf = async (container: string): Promise<string> => {
  const usage = await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container);
  return usage.split(" /")[0] ?? "";
};

/** Runs a command of the repository, showing what it prints; answers its exit code. */
export async function show(command: string, args: readonly string[]): Promise<number> {
  const [code] = await once(spawn(command, args, { stdio: "inherit" }), "close");
  return code as number;
}
