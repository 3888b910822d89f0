import { type ReactNode, useEffect } from "react";
import { words } from "../format.ts";
import type { LiveState } from "../live.ts";

/** A state of an order, or good, bad and waiting, in its colour and in words. */
export const Badge = ({
  state,
  text = words(state),
}: {
  readonly state: string;
  readonly text?: string;
}) => (
  <span className="badge" data-state={state}>
    {text}
  </span>
);

export function PageHead({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Waybill`;
  }, [title]);
  return (
    <header className="page-head">
      <h1>{title}</h1>
      {children}
    </header>
  );
}

const liveTexts: Readonly<Record<LiveState, string>> = {
  connecting: "Connecting…",
  live: "Live",
  away: "Connection lost, reconnecting…",
  ended: "Complete",
};

export const Live = ({ state }: { readonly state: LiveState }) => (
  <p className="live" data-live={state} role="status">
    {liveTexts[state]}
  </p>
);

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type?: string;
  readonly autoComplete?: string;
  readonly hint?: string;
  readonly min?: number | string;
  readonly step?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly title?: string;
}

export const Field = ({ label, name, hint, type = "text", ...input }: FieldProps) => (
  <label className="field">
    <span>{label}</span>
    <input name={name} type={type} required {...input} />
    {hint !== undefined && <small>{hint}</small>}
  </label>
);

/** What a submitted form says, by the names of its fields. */
export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

/** A share of a whole, as a bar. */
export const Meter = ({ share, label }: { readonly share: number; readonly label: string }) => (
  <svg
    className="meter"
    viewBox="0 0 100 8"
    preserveAspectRatio="none"
    role="img"
    aria-label={label}
  >
    <rect width="100" height="8" className="track" />
    <rect width={Math.min(100, share * 100)} height="8" className="value" />
  </svg>
);

interface MoreProps {
  readonly list: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
}

/** Asks for a list's next page, if there is one. */
export const More = ({ list }: MoreProps) =>
  list.hasNextPage ? (
    <button
      className="wide"
      type="button"
      disabled={list.isFetchingNextPage}
      onClick={() => void list.fetchNextPage()}
    >
      {list.isFetchingNextPage ? "Loading…" : "Show more"}
    </button>
  ) : null;
