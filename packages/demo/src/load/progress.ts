import { MultiBar, type SingleBar } from "cli-progress";

const FORMAT = "  {name} [{bar}] {value}/{total}  {rate}/s  {note}";
const NAME_WIDTH = 9;
/** Where the output is no terminal, a line now and then. */
const QUIET_SCHEDULE_MS = 5_000;

/** Two bars: how many orders are accepted, and how many have ended. */
export interface Progress extends Disposable {
  update(accepted: number, ended: number, note: string): void;
  /** No more will be accepted than these. */
  limit(total: number): void;
}

export function showProgress(orders: number): Progress {
  const bars = new MultiBar({
    format: FORMAT,
    noTTYOutput: true,
    notTTYSchedule: QUIET_SCHEDULE_MS,
    hideCursor: true,
    barsize: 30,
    emptyOnZero: true,
    gracefulExit: true,
  });
  const bar = (name: string) =>
    bars.create(orders, 0, { name: name.padEnd(NAME_WIDTH), rate: "0", note: "" });
  const [accepted, ended] = [bar("accepted"), bar("ended")];
  const acceptedRate = new Rate();
  const endedRate = new Rate();
  const set = (shown: SingleBar, value: number, rate: Rate, note: string) =>
    shown.update(value, { rate: rate.upTo(value), note });
  return {
    update: (acceptedCount, endedCount, note) => {
      set(accepted, acceptedCount, acceptedRate, "");
      set(ended, endedCount, endedRate, note);
    },
    limit: (total) => {
      accepted.setTotal(total);
      ended.setTotal(total);
    },
    [Symbol.dispose]: () => bars.stop(),
  };
}

/** From the beginning to when the last one was counted. */
class Rate {
  readonly #startedAt = performance.now();
  #value = 0;
  #perSecond = 0;

  upTo(value: number): string {
    if (value !== this.#value) {
      this.#value = value;
      this.#perSecond = value / ((performance.now() - this.#startedAt) / 1_000);
    }
    return this.#perSecond.toFixed(0);
  }
}
