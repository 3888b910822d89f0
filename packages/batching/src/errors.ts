/** The queue is full: nothing of this submission was taken. Worth trying again later. */
export class OverloadedError extends Error {
  constructor(point: string, maxQueued: number) {
    super(`${point} has ${maxQueued} elements waiting already`);
    this.name = "OverloadedError";
  }
}

/** The batching point is being disposed of and takes no more work. Worth trying elsewhere. */
export class DrainingError extends Error {
  constructor(point: string) {
    super(`${point} is shutting down`);
    this.name = "DrainingError";
  }
}
