import type { Database, Sql } from "@waybill/persistence";
import {
  type Entry,
  enterIntoLedger,
  failCalls,
  lockAccounts,
  openAccounts,
  saveAccounts,
} from "./ledger.ts";
import {
  type Account,
  type Delays,
  flakyFailures,
  openAccount,
  openingReply,
  type ProviderRequest,
  type Reply,
  serve,
} from "./simulatedRules.ts";

/** Serves a batch of requests in one transaction of the provider's database, in their order; one reply each. */
export const serveRequests =
  (db: Database, delays: Delays, now: () => Date) =>
  (requests: readonly ProviderRequest[]): Promise<readonly Reply[]> =>
    db.transaction(async (tx) => {
      const at = now();
      const refused = await failAuthorizations(tx, requests);
      const opened = await open(tx, firstAuthorizations(requests, refused), at, delays);
      const others = requests.filter(({ reference }) => !opened.has(reference));
      const existing = await lockAccounts(tx, [...new Set(others.map((one) => one.reference))]);
      const accounts = new Map(opened);
      for (const account of existing) accounts.set(account.reference, account);
      const broken = await failOthers(tx, requests, accounts);

      const books = new Books(accounts, new Map(opened));
      const replies = requests.map((request): Reply => {
        const fails = refused.has(request.key) || broken.has(request.key);
        return fails ? { kind: "failure" } : books.serve(request);
      });
      await Promise.all([
        saveAccounts(tx, [...books.changed.values()]),
        enterIntoLedger(tx, books.entries, at),
      ]);
      return replies;
    });

/** The accounts of a batch while it is served. */
class Books {
  readonly changed = new Map<string, Account>();
  readonly entries: Entry[];
  readonly #accounts: Map<string, Account>;
  /** Just opened, by a call that is not answered yet. */
  readonly #opened: Map<string, Account>;

  constructor(accounts: Map<string, Account>, opened: Map<string, Account>) {
    this.#accounts = accounts;
    this.#opened = opened;
    this.entries = [...opened.values()].map((account) => ({
      key: account.key,
      kind: account.state,
      account,
    }));
  }

  serve(request: ProviderRequest): Reply {
    const account = this.#accounts.get(request.reference);
    const opened = this.#opened.get(request.reference);
    if (opened && this.#opened.delete(request.reference)) return openingReply(opened);
    const served = serve(account, request);
    if (served.account && served.account !== account) {
      this.#accounts.set(request.reference, served.account);
      this.changed.set(request.reference, served.account);
    }
    if (served.account && served.entry) {
      this.entries.push({ key: request.key, kind: served.entry, account: served.account });
    }
    return served.reply;
  }
}

type AuthorizeRequest = Extract<ProviderRequest, { kind: "authorize" }>;

/** The first of each key that is not refused. */
function firstAuthorizations(
  requests: readonly ProviderRequest[],
  refused: ReadonlySet<string>,
): readonly AuthorizeRequest[] {
  const first = new Map<string, AuthorizeRequest>();
  for (const request of requests) {
    if (request.kind !== "authorize" || refused.has(request.key)) continue;
    if (!first.has(request.key)) first.set(request.key, request);
  }
  return [...first.values()];
}

async function open(
  tx: Sql,
  requests: readonly AuthorizeRequest[],
  at: Date,
  delays: Delays,
): Promise<ReadonlyMap<string, Account>> {
  const accounts = requests.map((request) => openAccount(request, at, delays));
  const opened = await openAccounts(tx, accounts);
  const isNew = ({ reference }: Account) => opened.has(reference);
  return new Map(accounts.filter(isNew).map((account) => [account.reference, account]));
}

const isFlaky = (paymentMethod: string | undefined): boolean => paymentMethod === "pm_flaky";

function failAuthorizations(tx: Sql, requests: readonly ProviderRequest[]) {
  const flaky = requests.filter(
    (request) => request.kind === "authorize" && isFlaky(request.paymentMethod),
  );
  const keys = flaky.map(({ key }) => key);
  return failCalls(tx, keys, flakyFailures);
}

function failOthers(
  tx: Sql,
  requests: readonly ProviderRequest[],
  accounts: ReadonlyMap<string, Account>,
) {
  const flaky = requests.filter(
    (request) =>
      request.kind !== "authorize" && isFlaky(accounts.get(request.reference)?.paymentMethod),
  );
  const keys = flaky.map(({ key }) => key);
  return failCalls(tx, keys, flakyFailures);
}
