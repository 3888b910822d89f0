import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  RouterProvider,
} from "@tanstack/react-router";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api.ts";
import { adoptBasket } from "./basket.ts";
import { BasketPage } from "./pages/basket.tsx";
import { ItemsPage } from "./pages/items.tsx";
import { LoginPage, RegisterPage } from "./pages/login.tsx";
import { OrderPage } from "./pages/order.tsx";
import { OrdersPage } from "./pages/orders.tsx";
import { adoptLeaving, resumeSession, type SessionState, useSession } from "./session.ts";
import { NotFound, Shell } from "./shell.tsx";
import { applyTheme } from "./theme.tsx";
import "./styles/index.css";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const getParentRoute = () => root;

const routeTree = root.addChildren([
  createRoute({ getParentRoute, path: "/", component: ItemsPage }),
  createRoute({ getParentRoute, path: "/login", component: LoginPage }),
  createRoute({ getParentRoute, path: "/register", component: RegisterPage }),
  createRoute({ getParentRoute, path: "/basket", component: BasketPage }),
  createRoute({ getParentRoute, path: "/orders", component: OrdersPage }),
  createRoute({ getParentRoute, path: "/orders/$orderId", component: OrderPage }),
  createRoute({
    getParentRoute,
    path: "/shop",
    component: lazyRouteComponent(() => import("./shop/overview.tsx"), "OverviewPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/shop/orders",
    validateSearch: ({ state, user }): { state?: string; user?: string } => ({
      ...(typeof state === "string" ? { state } : {}),
      ...(typeof user === "string" ? { user } : {}),
    }),
    component: lazyRouteComponent(() => import("./shop/orders.tsx"), "ShopOrdersPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/shop/stock",
    component: lazyRouteComponent(() => import("./shop/stock.tsx"), "StockPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/shop/stuck",
    component: lazyRouteComponent(() => import("./shop/stuck.tsx"), "StuckPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/shop/dead-letters",
    component: lazyRouteComponent(() => import("./shop/deadLetters.tsx"), "DeadLettersPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/shop/health",
    component: lazyRouteComponent(() => import("./shop/health.tsx"), "HealthPage"),
  }),
]);

const router = createRouter({ routeTree, defaultPreload: "intent", scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** What the gateway refuses is not asked again; what does not answer is. */
const mayHelp = (failures: number, error: unknown): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status < 500);

/** The first wait; short, so that whoever looks is soon told that something does not answer. Unit: ms. */
const retryMs = 400;

/** How often what has failed is asked again, so that pages go on by themselves. Unit: ms. */
const againMs = 4_000;

const newQueries = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: mayHelp,
        retryDelay: (failures) => retryMs * 2 ** failures,
        staleTime: 1_000,
        refetchInterval: ({ state: { error } }) => (error && mayHelp(0, error) ? againMs : false),
      },
    },
  });

/** Whoever logs in after somebody else, here or in another tab, begins anew, and sees nothing of what that one has seen. */
function Console() {
  const session = useSession();
  const [owner, setOwner] = useState({ userId: "", queries: newQueries() });
  const userId = userOf(session, owner.userId);
  if (userId !== owner.userId) setOwner({ userId, queries: newQueries() });
  return (
    <QueryClientProvider key={owner.userId} client={owner.queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}

/** A session that has ended by itself is still its user's, who goes on where it was; "" is nobody. */
function userOf(session: SessionState, before: string): string {
  if (typeof session === "object") return session.userId;
  return session === "none" ? "" : before;
}

applyTheme();
window.addEventListener("storage", adoptBasket);
window.addEventListener("storage", adoptLeaving);
void resumeSession();
createRoot(document.getElementById("root") as HTMLElement).render(<Console />);
