/** Longer than the gateway takes for a session's answer; a refresh token may be presented again for 20 s only. Unit: ms. */
const patienceMs = 12_000;

/** Goes on when its page is left: an exchange whose answer nobody takes ends the session, unless it is soon repeated. */
export const post = (path: string, body: unknown = {}): Promise<Response> =>
  fetch(path, {
    method: "POST",
    keepalive: true,
    signal: AbortSignal.timeout(patienceMs),
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** One at a time, over all tabs: the refresh token is good for one exchange, and a late second use would revoke both. */
export const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
  Promise.resolve(navigator.locks.request("waybill-refresh", work));
