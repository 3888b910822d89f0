import {
  beginLeaving,
  endLeaving,
  finishLeaving,
  isLeaving,
  isLeavingElsewhere,
  keepLeaving,
} from "./leaving.ts";
import { inTurn, post } from "./sessionCalls.ts";
import { makeStore } from "./store.ts";

/** Who is logged in; the access token lives here, in memory, and nowhere else. */
export interface Session {
  readonly accessToken: string;
  /** Unit: ms since the epoch, by this machine's clock. */
  readonly endsAt: number;
  readonly userId: string;
  readonly isAdmin: boolean;
}

interface Answered {
  readonly accessToken: string;
  readonly expiresAt: string;
}

/** "unknown" until the gateway has said whether a session is left from before; "away" while it does not say. */
export type SessionState = Session | "unknown" | "away" | "none" | "expired";

const session = makeStore<SessionState>("unknown");

export const useSession = session.use;

interface Claims {
  readonly sub?: string;
  readonly roles?: readonly string[];
  readonly exp?: number;
  readonly iat?: number;
}

/** The page shows what the token allows; the gateway and every service judge it. */
export function sessionOf({ accessToken }: Answered, now: number): Session {
  const [, body = ""] = accessToken.split(".");
  const {
    sub = "",
    roles,
    exp = 0,
    iat = 0,
  } = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/"))) as Claims;
  return {
    accessToken,
    endsAt: now + (exp - iat) * 1_000, // As long as it lives, whatever the viewer's clock says.
    userId: sub,
    isAdmin: roles?.includes("admin") === true,
  };
}

/** Logs in; answers what went wrong in words, or undefined. */
export async function logIn(email: string, password: string): Promise<string | undefined> {
  return inTurn(async () => {
    const answer = await post("/api/session", { email, password });
    const body = (await answer.json()) as Answered & { readonly error: string };
    if (!answer.ok) return body.error;
    endLeaving(); // Its cookie has taken the place of the one that was to go.
    session.set(sessionOf(body, Date.now()));
    return undefined;
  });
}

/** Ends the session here at once, and at the gateway as soon as that answers: until then the cookie stays. */
export function logOut(): void {
  beginLeaving();
  session.set("none");
  void keepLeaving();
}

/** Whoever logs out in another tab has logged out in this one, too. */
export function adoptLeaving(change: StorageEvent): void {
  if (isLeavingElsewhere(change)) session.set("none");
}

/** The session is no longer good: whoever looks at a page is asked to log in, and goes on there. */
export function endSession(): void {
  if (typeof session.get() === "object") session.set("expired");
}

let refreshing: Promise<void> | undefined;

function refresh(): Promise<void> {
  refreshing ??= inTurn(exchange).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function exchange(): Promise<void> {
  await finishLeaving(); // What somebody has ended, here or in another tab, is not begun again.
  const answer = await post("/api/session/refresh");
  if (isLeaving()) return session.set("none"); // Ended meanwhile, here or in another tab.
  if (answer.status === 200) return session.set(sessionOf(await answer.json(), Date.now()));
  if (answer.status !== 204 && answer.status !== 401)
    throw new Error("Waybill does not answer; it is asked again.");
  session.set(typeof session.get() === "object" ? "expired" : "none");
}

/** Renewed this long before its end. Unit: ms. */
const earlyMs = 20_000;

/** A token that is still good, renewed if need be; undefined when nobody is logged in. */
export async function currentToken(): Promise<string | undefined> {
  const before = session.get();
  const isStale = typeof before === "object" && before.endsAt - earlyMs < Date.now();
  if (isStale || before === "unknown" || before === "away") await refresh();
  const now = session.get();
  return typeof now === "object" ? now.accessToken : undefined;
}

/** Who is logged in just now, as far as this tab knows. */
export function currentUser(): string | undefined {
  const now = session.get();
  return typeof now === "object" ? now.userId : undefined;
}

/** How soon a gateway that does not answer is asked again. Unit: ms. */
const againMs = 2_000;

/** Finds out whether a session is left from before, however often that has to be asked. */
export async function resumeSession(): Promise<void> {
  if (isLeaving()) {
    session.set("none");
    return keepLeaving();
  }
  while (true) {
    await refresh().catch(() => session.set("away"));
    if (session.get() !== "away") return;
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}
