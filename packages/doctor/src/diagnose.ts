import { setTimeout as delay } from "node:timers/promises";
import { defaultDataDir } from "@waybill/stack";
import { examine } from "./examine/examine.ts";
import { noFacts } from "./examine/facts.ts";
import { type Finding, type PromiseNumber, promises } from "./examine/finding.ts";
import { examineItem } from "./examine/items.ts";
import { patience } from "./examine/patience.ts";
import { Databases } from "./look/databases.ts";
import { countDeadLetters } from "./look/deadLetters.ts";
import { findRestoredApart } from "./look/restorations.ts";
import { readItems } from "./look/stock.ts";
import { readAll, readSome, takeSnapshots } from "./look/sweep.ts";
import { type DatabaseUrls, findDatabases, type Whereabouts } from "./look/whereabouts.ts";
import { findRepairs, type Repair } from "./repair/repairs.ts";
import { Suspects } from "./suspects.ts";
import { Counts, Tally } from "./tally.ts";

export interface DiagnoseOptions {
  /** The data folder of the stack, running or stopped. Default: .waybill in the repository. */
  readonly dataDir?: string | undefined;
  /** The PostgreSQL server with the databases, or each database, instead of those of the data folder. */
  readonly databaseUrl?: DatabaseUrls | undefined;
  /** Where to count dead letters. Default: the NATS of the running stack. */
  readonly natsUrl?: string | undefined;
  /** Orders whose acknowledgement somebody has seen: each must be stored. Default: none are known. */
  readonly acknowledged?: Iterable<string> | undefined;
  /**
   * Judges as if so much time had passed since the databases were written: what is under way and would be told apart by its age counts as
   * broken then. For when all should have come to its end. Default: 0. Unit: ms.
   */
  readonly hindsightMs?: number | undefined;
  /** How many contradictions of each promise to tell. Default: 5. */
  readonly maxExamples?: number | undefined;
  /** Told how many orders have been examined so far. */
  readonly onProgress?: ((orders: number) => void) | undefined;
}

/** What became of one promise. */
export interface PromiseDiagnosis {
  readonly promise: PromiseNumber;
  readonly title: string;
  readonly kept: boolean;
  readonly figures: Readonly<Record<string, number>>;
  /** How many contradictions there are, by kind. */
  readonly broken: Readonly<Record<string, number>>;
  /** The first few of them. */
  readonly examples: readonly Finding[];
}

export interface Diagnosis {
  /** All promises are kept. */
  readonly healthy: boolean;
  /** What was looked into, for people. */
  readonly place: string;
  /** The time that was judged by. */
  readonly at: Date;
  /** Ids that something is known of. */
  readonly orders: number;
  readonly promises: readonly PromiseDiagnosis[];
  /** How many orders are on their way, by where they are. They are not broken. */
  readonly underWay: Readonly<Record<string, number>>;
  /** How many orders the workflow lists as stuck, by reason. Listed is what is promised. */
  readonly stuck: Readonly<Record<string, number>>;
  /** Journal rows older than a minute that are not in the stream yet. */
  readonly unpublished: number;
  /** What `--repair` would mend, by kind. */
  readonly repairable: Readonly<Record<string, number>>;
  /** When each database was last restored, in s since 1970, by its name, if they are not all the same: one was restored alone. */
  readonly restoredApart: Readonly<Record<string, number>> | undefined;
  /** Messages that consumers gave up; undefined when NATS was not reached. */
  readonly deadLetters: number | undefined;
}

/** When to look again at what seemed broken on a running stack. Unit: ms. */
const LOOKS_AGAIN_MS = [500, 1_500, 3_000] as const;

/**
 * Holds the databases of a stack against promises 1 to 6, without changing anything. On a running stack the databases are read at slightly
 * different moments, so what seems broken is looked at again, and only what persists counts. Throws CannotLookError.
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const {
    dataDir = defaultDataDir,
    databaseUrl,
    natsUrl,
    hindsightMs = 0,
    maxExamples = 5,
  } = options;
  await using found = await findDatabases({ dataDir, databaseUrl, natsUrl });
  const place = { ...found, now: () => found.now() + hindsightMs };
  await using databases = await Databases.open(place.databaseUrl);
  const at = place.now();
  const tally = new Tally();
  const suspects = new Suspects();
  await examineAll(databases, options, at, { tally, suspects });
  if (place.isRunning) await lookAgain(databases, place, suspects);
  const repairs = await findRepairs(databases, new Date(at - patience.graceMs));
  const aside = { repairs, restoredApart: await findRestoredApart(databases) };
  return conclude(place, at, { tally, suspects, ...aside }, maxExamples);
}

interface Conclusions extends Notes {
  readonly repairs: readonly Repair[];
  readonly restoredApart: Diagnosis["restoredApart"];
}

interface Notes {
  readonly tally: Tally;
  readonly suspects: Suspects;
}

/** Looks at every order and item once, in one snapshot per database. */
async function examineAll(
  databases: Databases,
  { acknowledged = [], onProgress }: DiagnoseOptions,
  at: number,
  { tally, suspects }: Notes,
): Promise<void> {
  const missing = new Set(acknowledged);
  tally.addAcknowledged(missing.size);
  await takeSnapshots(databases);
  const items = await readItems(databases);
  tally.addItems(items);
  suspects.proven(items.flatMap(examineItem));
  for await (const portion of readAll(databases)) {
    for (const facts of portion.values()) {
      const examination = examine(facts, at);
      tally.add(facts, examination, at);
      suspects.add(examination.findings);
      if (facts.order?.fate === "STORED") missing.delete(facts.id);
    }
    onProgress?.(tally.ids);
  }
  await databases.everywhere("commit");
  // An acknowledgement is given after the commit, so there is nothing to wait for.
  suspects.proven([...missing].map(acknowledgedLost));
}

const acknowledgedLost = (subject: string): Finding => ({
  promise: 6,
  check: "acknowledged-lost",
  subject,
  text: "acknowledged, but not stored",
});

async function lookAgain(
  databases: Databases,
  place: Pick<Whereabouts, "now">,
  suspects: Suspects,
): Promise<void> {
  for (const waitMs of LOOKS_AGAIN_MS) {
    if (suspects.isEmpty) return;
    await delay(waitMs);
    for (const ids of suspects.batches()) {
      const facts = await readSome(databases, ids);
      for (const id of ids) {
        suspects.confirm(id, examine(facts.get(id) ?? noFacts(id), place.now()).findings);
      }
    }
  }
}

async function conclude(
  place: Pick<Whereabouts, "description" | "natsUrl">,
  at: number,
  { tally, suspects, repairs, restoredApart }: Conclusions,
  maxExamples: number,
): Promise<Diagnosis> {
  const judged = promises.map(({ number, title }): PromiseDiagnosis => {
    const { broken, examples } = suspects.of(number, maxExamples);
    const kept = Object.keys(broken).length === 0;
    return { promise: number, title, kept, figures: tally.figures(number), broken, examples };
  });
  return {
    healthy: judged.every(({ kept }) => kept) && restoredApart === undefined,
    place: place.description,
    at: new Date(at),
    orders: tally.ids,
    promises: judged,
    underWay: Object.fromEntries(tally.underWay.mostFrequentFirst),
    stuck: Object.fromEntries(tally.stuck.mostFrequentFirst),
    unpublished: tally.unpublished,
    repairable: countByKind(repairs),
    restoredApart,
    deadLetters: place.natsUrl === undefined ? undefined : await countDeadLetters(place.natsUrl),
  };
}

function countByKind(repairs: readonly Repair[]): Readonly<Record<string, number>> {
  const counts = new Counts();
  for (const { kind } of repairs) counts.add(kind);
  return Object.fromEntries(counts.inOrder);
}
