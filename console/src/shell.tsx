import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { openBasket, piecesIn, useBasket } from "./basket.ts";
import { Icon } from "./icons.tsx";
import { LoginPage } from "./pages/login.tsx";
import { logOut, type Session, useSession } from "./session.ts";
import { ThemeSwitch } from "./theme.tsx";
import { Loading, Message } from "./ui/states.tsx";

function Offline() {
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return (
    <div role="status">
      {offline && (
        <p className="bar">You are offline. What you see may be old; it goes on by itself.</p>
      )}
    </div>
  );
}

const storePages = [
  ["/", "Items", "shop"],
  ["/basket", "Basket", "basket"],
  ["/orders", "My orders", "orders"],
] as const;

const shopPages = [
  ["/shop", "Overview", "flow"],
  ["/shop/orders", "Orders", "orders"],
  ["/shop/stock", "Stock", "boxes"],
  ["/shop/stuck", "Stuck", "wait"],
  ["/shop/dead-letters", "Letters", "letter"],
  ["/shop/health", "Health", "heart"],
] as const;

function Pages({ inShop }: { readonly inShop: boolean }) {
  const pieces = piecesIn(useBasket().lines);
  return (
    <nav aria-label={inShop ? "Shop" : "Store"}>
      {(inShop ? shopPages : storePages).map(([to, text, icon]) => (
        <Link key={to} className="nav-link" to={to} activeOptions={{ exact: to !== "/orders" }}>
          <Icon name={icon} />
          {text}
          {to === "/basket" && pieces > 0 && (
            <span className="pieces">
              {pieces}
              <span className="visually-hidden"> pieces</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

function Navigation({ session, inShop }: { readonly session: Session; readonly inShop: boolean }) {
  const navigate = useNavigate();
  const leave = () => {
    logOut();
    void navigate({ to: "/login" });
  };
  return (
    <>
      <Pages inShop={inShop} />
      {session.isAdmin && (
        <div className="areas">
          <Link to="/" data-chosen={!inShop}>
            Store
          </Link>
          <Link to="/shop" data-chosen={inShop}>
            Manage
          </Link>
        </div>
      )}
      <button className="ghost" type="button" onClick={leave}>
        <Icon name="leave" />
        <span className="word">Log out</span>
      </button>
    </>
  );
}

const Forbidden = () => (
  <Message icon="lock" title="This is for those who run the shop" isPage>
    <p className="quiet">Your account is a customer's. Log in as an administrator to see it.</p>
    <Link className="button" to="/">
      To the items
    </Link>
  </Message>
);

const Away = () => (
  <Message icon="alert" title="Waybill does not answer" isPage>
    <p className="quiet" role="status">
      It is asked again by itself, and goes on where you were.
    </p>
  </Message>
);

/** The page that the address names, once it is known who asks. */
function Content({ path }: { readonly path: string }) {
  const session = useSession();
  if (path === "/login" || path === "/register") return <Outlet />;
  if (session === "unknown") return <Loading />;
  if (session === "away") return <Away />;
  if (typeof session === "string") return <LoginPage />;
  if (path.startsWith("/shop") && !session.isAdmin) return <Forbidden />;
  openBasket(session.userId);
  return <Outlet />;
}

/** Moves the focus to a page that is gone to, so that screen readers and the keyboard go on there. */
function useFocusOn(path: string): void {
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
}

export function Shell() {
  const session = useSession();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useFocusOn(path);
  const isAdmin = typeof session === "object" && session.isAdmin;
  const inShop = isAdmin && path.startsWith("/shop");
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="top">
        <div className="top-inner">
          <Link className="brand" to={isAdmin ? "/shop" : "/"}>
            <Mark />
            <span className="word">Waybill</span>
          </Link>
          {typeof session === "object" ? (
            <Navigation session={session} inShop={inShop} />
          ) : (
            <span className="grow" />
          )}
          <ThemeSwitch />
        </div>
      </header>
      <Offline />
      <main id="main" tabIndex={-1}>
        <Content path={path} />
      </main>
    </>
  );
}

const Mark = () => (
  <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="currentColor" />
    <path
      d="M7 10.5 11 22l5-10 5 10 4-11.5"
      fill="none"
      stroke="var(--card)"
      strokeWidth="2.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);

export const NotFound = () => (
  <Message icon="search" title="There is no such page" isPage>
    <p className="quiet">The address may be mistyped, or the page has moved.</p>
    <Link className="button" to="/">
      To the items
    </Link>
  </Message>
);
