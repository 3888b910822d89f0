import type { ReactNode } from "react";
import { ApiError } from "./api.ts";
import { words } from "./format.ts";

/** A state of an order, in its colour and in words. */
export const Badge = ({ state }: { readonly state: string }) => (
  <span className="badge" data-state={state}>
    {words(state)}
  </span>
);

export const Loading = ({ rows = 3 }: { readonly rows?: number }) => (
  <div className="loading" role="status">
    <span className="visually-hidden">Loading</span>
    {Array.from({ length: rows }, (_, row) => row).map((row) => (
      <div className="bone" key={row} />
    ))}
  </div>
);

export const Empty = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) => (
  <div className="empty">
    <p className="empty-title">{title}</p>
    {children}
  </div>
);

const hints: Readonly<Record<number, string>> = {
  403: "This page is for administrators.",
  404: "It does not exist, or it is not yours.",
  429: "Too many requests. Wait a moment.",
  503: "A part of Waybill is away. It is asked again by itself; the other pages work.",
  504: "A part of Waybill is slow. It is asked again by itself; the other pages work.",
};

export function Failure({
  error,
  again,
}: {
  readonly error: unknown;
  readonly again?: () => void;
}) {
  const known = error instanceof ApiError ? error : undefined;
  const text = known?.message ?? "No connection to Waybill. It is tried again by itself.";
  return (
    <div className="failure" role="alert">
      <p className="empty-title">{text}</p>
      {known !== undefined && <p>{hints[known.status]}</p>}
      {known?.traceId !== undefined && <p className="quiet mono">Trace {known.traceId}</p>}
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** What is shown of a query: its data, or why there is none yet. */
export function Shown<T>({
  query,
  children,
}: {
  readonly query: Query<T>;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} again={() => void query.refetch()} />;
  return <Loading />;
}

export const PageHead = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) => (
  <header className="page-head">
    <h1>{title}</h1>
    {children}
  </header>
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
  readonly optional?: boolean;
}

export const Field = ({
  label,
  name,
  hint,
  optional = false,
  type = "text",
  ...input
}: FieldProps) => (
  <label className="field">
    <span>{label}</span>
    <input name={name} type={type} required={!optional} {...input} />
    {hint !== undefined && <small className="quiet">{hint}</small>}
  </label>
);

/** What a submitted form says, by the names of its fields. */
export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();
