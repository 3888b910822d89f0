import { useEffect, useState } from "react";
import { Icon } from "./icons.tsx";

const themeKey = "waybill-theme";

const chosen = (): string =>
  localStorage.getItem(themeKey) ??
  (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** Before anything is drawn, so that nobody is dazzled. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = chosen();
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosen);
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
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
