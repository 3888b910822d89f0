import { Worker } from "node:worker_threads";
import type { Chunk, Played, Question } from "./worker.ts";

/** Threads that run schedules, each in a virtual time of its own. */
export class Workers implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  constructor(count: number, mutant: string | undefined) {
    const options = { workerData: mutant };
    this.#workers = Array.from(
      { length: count },
      () => new Worker(new URL("./worker.ts", import.meta.url), options),
    );
  }

  /**
   * Runs the schedules of these chunks, several chunks at once, and yields what came of each in their order. What is not yet begun when the
   * caller wants no more is not run.
   */
  async *run(chunks: readonly Question[]): AsyncGenerator<Chunk> {
    const pending = chunks.map(() => Promise.withResolvers<Chunk>());
    for (const { promise } of pending) promise.catch(() => {}); // Whoever comes to it hears of it.
    let next = 0;
    let isWanted = true;
    const work = async (worker: Worker) => {
      while (isWanted && next < chunks.length) {
        const index = next++;
        await ask<Chunk>(worker, chunks[index] as Question).then(
          pending[index]?.resolve,
          pending[index]?.reject,
        );
      }
    };
    const working = this.#workers.map(work);
    try {
      for (const { promise } of pending) yield await promise;
    } finally {
      isWanted = false;
      await Promise.all(working);
    }
  }

  /** Plays one schedule with a trace of it. */
  play(seed: number): Promise<Played> {
    return ask<Played>(this.#workers[0] as Worker, { kind: "play", seed });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** One question at a time for each worker. */
function ask<T>(worker: Worker, question: Question): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = () => worker.off("message", answered).off("error", failed);
    const answered = (answer: T) => {
      settle();
      resolve(answer);
    };
    const failed = (error: Error) => {
      settle();
      reject(error);
    };
    worker.on("message", answered).on("error", failed);
    worker.postMessage(question);
  });
}
