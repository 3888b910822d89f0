import { useSyncExternalStore } from "react";

/** Who is logged in; the access token lives here, in memory, and nowhere else. */
export interface Session {
  readonly accessToken: string;
  /** Unit: ms since the epoch. */
  readonly endsAt: number;
  readonly userId: string;
  readonly isAdmin: boolean;
}

interface Answered {
  readonly accessToken: string;
  readonly expiresAt: string;
}

export type SessionState = Session | "unknown" | "none";

let state: SessionState = "unknown";
let hasExpired = false;
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The session as it is now, shown anew whenever it changes. */
export const useSession = (): SessionState => useSyncExternalStore(subscribe, () => state);

/** Whether the last session ended by itself, so that the login page can say so. */
export const sessionHasExpired = (): boolean => hasExpired;

/** The page shows what the token allows; the gateway and every service judge it. */
function sessionOf({ accessToken, expiresAt }: Answered): Session {
  const [, body = ""] = accessToken.split(".");
  const claims = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/"))) as {
    sub?: string;
    roles?: readonly string[];
  };
  return {
    accessToken,
    endsAt: Date.parse(expiresAt),
    userId: claims.sub ?? "",
    isAdmin: claims.roles?.includes("admin") === true,
  };
}

const post = (path: string, body: unknown = {}) =>
  fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Logs in; answers what went wrong in words, or undefined. */
export async function logIn(email: string, password: string): Promise<string | undefined> {
  const answer = await post("/api/session", { email, password });
  const body = await answer.json();
  if (!answer.ok) return (body as { error: string }).error;
  hasExpired = false;
  become(sessionOf(body as Answered));
  return undefined;
}

/** Ends the session here and at the gateway. */
export async function logOut(): Promise<void> {
  await post("/api/session/end").catch(() => {}); // Without the gateway the cookie stays, but this page forgets.
  hasExpired = false;
  become("none");
}

let refreshing: Promise<void> | undefined;

/** One exchange at a time, over all tabs: the refresh token is good for one, and a second use would revoke both. */
function refresh(): Promise<void> {
  refreshing ??= navigator.locks
    .request("waybill-refresh", async () => {
      const answer = await post("/api/session/refresh");
      if (answer.ok) return become(sessionOf((await answer.json()) as Answered));
      if (answer.status !== 401) throw new Error("The gateway does not answer; trying again.");
      hasExpired = typeof state === "object";
      become("none");
    })
    .finally(() => {
      refreshing = undefined;
    }) as Promise<void>;
  return refreshing;
}

/** Renewed this long before its end. Unit: ms. */
const earlyMs = 20_000;

/** A token that is still good, renewed if need be; undefined when nobody is logged in. */
export async function currentToken(): Promise<string | undefined> {
  if (state === "unknown") await refresh();
  else if (typeof state === "object" && state.endsAt - earlyMs < Date.now()) await refresh();
  return typeof state === "object" ? state.accessToken : undefined;
}

/** Finds out whether a session is left from before; without an answer nobody is logged in. */
export const resumeSession = (): Promise<void> => refresh().catch(() => become("none"));
