import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  databaseNames,
  databaseOf,
  lockDataFolder,
  openStoppedDatabases,
  type PostgresServer,
  StackRunningError,
  startPostgres,
  startStack,
  testFolder,
  testServers,
} from "@waybill/stack";
import { expect } from "chai";
import pg from "pg";
import {
  BackupError,
  beginRestoreEpoch,
  databasesOn,
  restoreBackup,
  takeBackup,
} from "../src/index.ts";

/** Runs one of the commands; answers its exit code and output. */
async function run(command: "backupCli" | "restoreCli", ...args: string[]) {
  const cli = join(import.meta.dirname, `../src/${command}.ts`);
  const env = { PATH: process.env.PATH };
  try {
    const done = await promisify(execFile)(process.execPath, [cli, ...args], { env });
    return { code: 0, ...done };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("back-ups of a stopped stack's databases", () => {
  let dataDir: string;
  let backup: string;

  /** Runs the work on the databases of the data folder, as long as a stack would. */
  const onServer = async <T>(work: (postgres: PostgresServer) => Promise<T>): Promise<T> => {
    await using postgres = await startPostgres({
      dataDir: join(dataDir, "postgres"),
      fsync: false,
    });
    return await work(postgres);
  };
  const order = databaseOf("order");
  const notes = (postgres: PostgresServer) => query(postgres.url(order), "select note from notes");

  before(async () => {
    dataDir = testFolder("backup");
    mkdirSync(join(dataDir, "identity"));
    writeFileSync(join(dataDir, "identity", "key.json"), "{}", { mode: 0o600 });
    await onServer(async (postgres) => {
      for (const name of databaseNames) await postgres.createDatabase(databaseOf(name));
      await query(postgres.url(order), "create table notes as select 'before' as note");
    });
    const told = await run("backupCli", "--data-dir", dataDir, "--to", join(dataDir, "kept"));
    expect(told.stdout).to.include("npm run restore -- --from").and.include("kept");
    backup = join(dataDir, "kept");
    await onServer((postgres) => query(postgres.url(order), "update notes set note = 'since'"));
  });

  it("are for their owner only, and never overwrite one", async () => {
    expect(statSync(backup).mode & 0o077).to.equal(0);
    expect(statSync(join(backup, "identity", "key.json")).mode & 0o077).to.equal(0);
    const failure = await failureOf(takeBackup(dataDir, backup));
    expect(failure).to.be.instanceOf(BackupError);
    expect(String(failure)).to.include(backup).and.include("--to");
  });

  it("bring back what was, in a later epoch each time, and keep what was there", async () => {
    const first = await restoreBackup(backup, dataDir);
    const second = await restoreBackup(backup, dataDir);
    expect(second.epoch > first.epoch, "later than the one that it replaced").to.equal(true);
    await onServer(async (postgres) => {
      expect(await notes(postgres)).to.deep.equal([{ note: "before" }]);
      for (const name of databaseNames) {
        const rows = await query(postgres.url(databaseOf(name)), "select epoch from restorations");
        expect(rows, name).to.deep.equal([{ epoch: String(second.epoch) }]);
      }
      const farther = second.epoch + 1_000_000n;
      const third = await beginRestoreEpoch(databasesOn(postgres.url("postgres")), farther);
      expect(third.epoch, "later than it is told to be").to.equal(farther + 1n);
      const fourth = await beginRestoreEpoch(databasesOn(postgres.url("postgres")));
      expect(fourth.epoch, "later than any before").to.equal(third.epoch + 1n);
    });
    expect(existsSync(join(first.replaced ?? "", "PG_VERSION"))).to.equal(true);
  });

  it("leave the time by which a stopped stack is judged: when it stopped, or when it was backed up", async () => {
    const stoppedAt = async (folder: string) => {
      await using databases = await openStoppedDatabases(folder);
      return databases.stoppedAt;
    };
    const before = await stoppedAt(dataDir);
    const later = join(testFolder("later"), "kept");
    const about = join(later, "backup.json");
    await takeBackup(dataDir, later);
    expect(await stoppedAt(dataDir), "after a back-up").to.equal(before);
    const elsewhere = mkdtempSync(join(dirname(dataDir), "judged-"));
    await restoreBackup(later, elsewhere);
    expect(await stoppedAt(elsewhere), "after a restoration of it").to.be.closeTo(before, 1);
    const { stoppedAt: _, ...ofRunning } = JSON.parse(readFileSync(about, "utf8"));
    writeFileSync(about, JSON.stringify(ofRunning));
    const { takenAt } = await restoreBackup(later, elsewhere);
    expect(await stoppedAt(elsewhere), "of a stack that ran").to.equal(Date.parse(takenAt));
  });

  it("also in another folder, with the issuer of tokens", async () => {
    const elsewhere = mkdtempSync(join(dirname(dataDir), "elsewhere-"));
    const restored = await restoreBackup(backup, elsewhere);
    expect(restored.replaced).to.equal(undefined);
    expect(existsSync(join(elsewhere, "identity", "key.json"))).to.equal(true);
    expect(existsSync(join(elsewhere, "postgres", "cluster", "PG_VERSION"))).to.equal(true);
  });

  it("in a later epoch each time also within one second, in a folder where nothing was", async () => {
    const elsewhere = mkdtempSync(join(dirname(dataDir), "twice-"));
    const at = new Date();
    const first = await restoreBackup(backup, elsewhere, at);
    const second = await restoreBackup(backup, elsewhere, at);
    const third = await restoreBackup(backup, elsewhere, at);
    expect([second.epoch, third.epoch]).to.deep.equal([first.epoch + 1n, first.epoch + 2n]);
  });

  it("that cannot be put back leave nothing, and the old databases in place", async () => {
    const spoilt = join(testFolder("spoilt"), "kept");
    cpSync(backup, spoilt, { recursive: true });
    rmSync(join(spoilt, "postgres", "cluster", "PG_VERSION"));
    expect(await failureOf(restoreBackup(spoilt, dataDir))).to.be.instanceOf(Error);
    expect(readdirSync(join(dataDir, "postgres")))
      .to.include("cluster")
      .and.not.include("restoring");
  });

  it("that were killed in their middle leave a copy only until the databases are opened again", async () => {
    const postgres = join(dataDir, "postgres");
    mkdirSync(join(postgres, "restoring", "cluster"), { recursive: true });
    await using _databases = await openStoppedDatabases(dataDir);
    expect(readdirSync(postgres)).to.include("cluster").and.not.include("restoring");
  });

  it("are not made of, or put into, a folder in use, nor taken from one that is none", async () => {
    const release = lockDataFolder(dataDir);
    try {
      const told = await run("restoreCli", "--from", backup, "--data-dir", dataDir);
      expect(told.code).to.equal(1);
      expect(told.stderr).to.match(/^A stack runs on .* already/);
    } finally {
      release();
    }
    const none = await failureOf(restoreBackup(testFolder("none"), dataDir));
    expect(none).to.be.instanceOf(BackupError);
    expect(String(none)).to.include("holds no complete back-up").and.include("npm run backup");
    const empty = await failureOf(takeBackup(testFolder("empty")));
    expect(empty).to.be.instanceOf(BackupError);
    expect(String(empty)).to.include("--data-dir").and.include("pg_basebackup");
  });

  it("are not made of, or put into, a folder whose stack has its databases elsewhere", async () => {
    const { postgres, natsUrl } = await testServers();
    const folder = testFolder("foreign");
    mkdirSync(join(folder, "postgres", "cluster"), { recursive: true });
    const elsewhere = { databaseUrl: postgres.url("postgres"), natsUrl, portBase: "free" } as const;
    const options = { ...elsewhere, dataDir: folder, services: [], databases: [] };
    const failures: unknown[] = [];
    {
      await using _stack = await startStack(options);
      failures.push(await failureOf(takeBackup(folder)));
    }
    failures.push(await failureOf(takeBackup(folder)));
    failures.push(await failureOf(restoreBackup(backup, folder)));
    for (const failure of failures) {
      expect(failure).to.be.instanceOf(BackupError);
      expect(String(failure)).to.include(`127.0.0.1:${postgres.port}`).and.include("pg_basebackup");
    }
  });

  it("say where they cannot be written, and leave nothing of one that breaks off", async () => {
    const noFolder = join(testFolder("file"), "file");
    writeFileSync(noFolder, "");
    const failure = await failureOf(takeBackup(dataDir, join(noFolder, "kept")));
    expect(failure).to.be.instanceOf(BackupError);
    expect(String(failure)).to.include(noFolder).and.include("--to");
    const release = lockDataFolder(dataDir);
    const to = join(testFolder("broken"), "kept");
    const broken = await failureOf(takeBackup(dataDir, to)).finally(release);
    expect(broken).to.be.instanceOf(StackRunningError);
    expect(readdirSync(dirname(to))).to.deep.equal([]);
  });

  it("commands say what they do not understand", async () => {
    const both = await run("restoreCli", "--from", backup, "--database-url", "postgres://x@y");
    expect(both).to.include({ code: 2 });
    expect(both.stderr).to.include("--from").and.include("--database-url");
    expect(await run("backupCli", "--into", "x")).to.include({ code: 2 });
  });
});

describe("beginning a restore epoch", () => {
  it("is refused while a service is connected", async () => {
    const { postgres } = await testServers();
    for (const name of databaseNames) await postgres.createDatabase(databaseOf(name));
    const client = new pg.Client({
      connectionString: postgres.url(databaseOf("item")),
      application_name: "waybill-item",
    });
    await client.connect();
    try {
      const failure = await failureOf(beginRestoreEpoch(databasesOn(postgres.url("postgres"))));
      expect(failure).to.be.instanceOf(BackupError);
      expect(String(failure)).to.include("waybill-item");
    } finally {
      await client.end();
    }
    const told = await run("restoreCli", "--database-url", postgres.url("postgres"));
    expect(told.stdout).to.match(/^Restore epoch \d{10} has begun in waybill_order, /);
    const urls = ["order", "gone"].map(
      (name) => `--database-url=${postgres.url(`waybill_${name}`)}`,
    );
    const partly = await run("restoreCli", ...urls);
    expect(partly).to.include({ code: 1 });
    expect(partly.stderr).to.include("/waybill_gone cannot be reached");
  });
});
