import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import type { InlineConfig } from "vite";

/** How Vite treats the console, built or served for development. */
export const settings: InlineConfig = {
  root: resolve(import.meta.dirname, ".."),
  configFile: false,
  logLevel: "warn",
  plugins: [react()],
  css: { transformer: "lightningcss" },
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // Nothing inline: the page's policy allows files alone.
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
};
