import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useBasket } from "./basket.ts";
import { LoginPage } from "./pages/login.tsx";
import { logOut, type Session, useSession } from "./session.ts";
import { Loading } from "./ui.tsx";

const themeKey = "waybill-theme";

function ThemeSwitch() {
  const [theme, setTheme] = useState(
    () =>
      localStorage.getItem(themeKey) ??
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  );
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    localStorage.setItem(themeKey, other);
    setTheme(other);
  };
  return (
    <button
      className="ghost"
      type="button"
      aria-label={`Switch to ${other} theme`}
      onClick={change}
    >
      {theme === "dark" ? "☀" : "☾"}
    </button>
  );
}

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
  return offline ? (
    <p className="offline" role="status">
      You are offline. What you see may be old; it goes on by itself.
    </p>
  ) : null;
}

const shopPages = [
  ["/shop", "Flow"],
  ["/shop/orders", "All orders"],
  ["/shop/stock", "Stock"],
  ["/shop/stuck", "Stuck"],
  ["/shop/dead-letters", "Dead letters"],
  ["/shop/health", "Health"],
] as const;

function Navigation({ session }: { readonly session: Session }) {
  const navigate = useNavigate();
  const { lines } = useBasket();
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const leave = async () => {
    await logOut();
    await navigate({ to: "/login" });
  };
  return (
    <>
      <nav aria-label="Main">
        <Link to="/" activeOptions={{ exact: true }}>
          Items
        </Link>
        <Link to="/basket">Basket{pieces > 0 && <span className="pieces">{pieces}</span>}</Link>
        {!session.isAdmin && <Link to="/orders">My orders</Link>}
        {session.isAdmin &&
          shopPages.map(([to, text]) => (
            <Link key={to} to={to} activeOptions={{ exact: true }}>
              {text}
            </Link>
          ))}
      </nav>
      <button className="ghost" type="button" onClick={() => void leave()}>
        Log out
      </button>
    </>
  );
}

export function Shell() {
  const session = useSession();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const isOpen = path === "/login" || path === "/register";
  const content = isOpen ? (
    <Outlet />
  ) : session === "none" ? (
    <LoginPage />
  ) : session === "unknown" ? (
    <Loading />
  ) : (
    <Outlet />
  );
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="top">
        <Link className="brand" to="/">
          Waybill
        </Link>
        {typeof session === "object" ? <Navigation session={session} /> : <span className="grow" />}
        <ThemeSwitch />
      </header>
      <Offline />
      <main id="main" tabIndex={-1}>
        {content}
      </main>
    </>
  );
}

export const NotFound = () => (
  <div className="empty">
    <h1>There is no such page</h1>
    <Link className="button" to="/">
      To the items
    </Link>
  </div>
);
