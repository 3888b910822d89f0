/**
 * How long NATS's client is to wait between two attempts to reach a server: `waitMs` to twice as long. It reckons from its last attempt on, by the
 * wall clock; were that set back in between, it would wait for as long in addition. So the first attempt after that is made at once.
 */
export function reconnectDelay(waitMs: number): () => number {
  const aheadMs = () => Date.now() - performance.now();
  let before = aheadMs();
  return () => {
    const now = aheadMs();
    const isSetBack = before - now > waitMs;
    before = now;
    return isSetBack ? Number.NEGATIVE_INFINITY : waitMs * (1 + Math.random());
  };
}
