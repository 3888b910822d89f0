import { type Daemon, lastLines, StartError } from "../process/daemon.ts";
import { identityOf } from "../process/identity.ts";
import { Supervisor } from "../process/supervisor.ts";
import type { StackEvent } from "./events.ts";
import type { StackProcess } from "./stackFile.ts";

/** A process of the stack, not running yet. */
export interface Part {
  /** "postgres", "nats", "order", "order.2". */
  name: string;
  /** For people: host and port. */
  address: string;
  logFile: string;
  run: (signal: AbortSignal) => Promise<Daemon>;
}

/** The processes of a stack: each kept running, all stopped in order. */
export class Parts {
  readonly #supervisors = new Map<string, Supervisor>();
  readonly #report: (event: StackEvent) => void;
  readonly #onChange: () => void;
  #isStopped = false;

  constructor(report: (event: StackEvent) => void, onChange: () => void) {
    this.#report = report;
    this.#onChange = onChange;
  }

  /** Starts a part and keeps it running; resolves when it serves. */
  async start({ name: part, address, logFile, run }: Part): Promise<void> {
    if (this.#isStopped) throw new Error("The stack was stopped while it started");
    const supervisor = new Supervisor(run, {
      onReady: (tookMs, isFirst) => {
        if (isFirst) this.#report({ kind: "ready", part, address, tookMs });
        else this.#report({ kind: "recovered", part, tookMs });
        this.#onChange();
      },
      onFailed: (error, failures, againInMs) => {
        const problem = error instanceof StartError ? error.problem : error.message;
        const output = lastLines(logFile);
        this.#report({ kind: "failed", part, problem, output, failures, againInMs });
        this.#onChange();
      },
    });
    this.#supervisors.set(part, supervisor);
    await supervisor.start();
  }

  /** Throws when the stack does not run this part. */
  get(part: string): Supervisor {
    const supervisor = this.#supervisors.get(part);
    if (supervisor === undefined)
      throw new Error(`${part} is not among ${[...this.#supervisors.keys()].join(", ")}`);
    return supervisor;
  }

  get names(): readonly string[] {
    return [...this.#supervisors.keys()];
  }

  /** What runs now. */
  processes(): readonly StackProcess[] {
    return [...this.#supervisors].flatMap(([part, { pid }]) => {
      const identity = pid === undefined ? undefined : identityOf(pid);
      return identity === undefined ? [] : [{ part, ...identity }];
    });
  }

  /** Stops the services at once, then NATS, then PostgreSQL, each cleanly. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const services = this.names.filter((name) => name !== "nats" && name !== "postgres");
    await Promise.all(services.map((name) => this.get(name).stop()));
    await this.#supervisors.get("nats")?.stop();
    await this.#supervisors.get("postgres")?.stop();
  }

  /** Ends everything at once. */
  async destroy(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#supervisors.values()].map((supervisor) => supervisor.destroy()));
  }
}
