import type { ReactNode } from "react";
import { ApiError } from "../api.ts";
import { Icon, type IconName } from "../icons.tsx";

/** What people meet instead of content: it comes, there is none, or it does not come. */

export const Loading = ({ rows = 3 }: { readonly rows?: number }) => (
  <div className="loading" role="status">
    <span className="visually-hidden">Loading</span>
    {Array.from({ length: rows }, (_, row) => row).map((row) => (
      <div className="bone" key={row} />
    ))}
  </div>
);

interface MessageProps {
  readonly icon: IconName;
  readonly title: string;
  /** The title is the page's heading. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}

export const Message = ({ icon, title, isPage = false, children }: MessageProps) => (
  <div className="message">
    <span className="icon">
      <Icon name={icon} size={36} />
    </span>
    {isPage ? <h1>{title}</h1> : <p className="message-title">{title}</p>}
    {children}
  </div>
);

const hints: Readonly<Record<number, string>> = {
  403: "Your account may not do this. An administrator may.",
  404: "It does not exist, or it is not yours.",
  429: "Too many requests. Wait a moment, then try again.",
  500: "Something went wrong inside. The trace below finds it in the logs.",
  502: "Waybill is starting, or away.",
  503: "A part of Waybill is away; the rest works.",
  504: "A part of Waybill is slow; the rest works.",
};

interface FailedProps {
  readonly error: unknown;
  /** What becomes of it when nobody has said yes or no. */
  readonly unanswered: string;
  readonly children?: ReactNode;
}

function Failed({ error, unanswered, children }: FailedProps) {
  const known = error instanceof ApiError ? error : undefined;
  const isUnanswered = known === undefined || known.status >= 500;
  const hint = known === undefined ? undefined : hints[known.status];
  const said = [hint, isUnanswered ? unanswered : undefined].filter((text) => text !== undefined);
  return (
    <div className="message failure" role="alert">
      <span className="icon">
        <Icon name="alert" size={28} />
      </span>
      <p className="message-title">{known?.message ?? "No connection to Waybill."}</p>
      {said.length > 0 && <p>{said.join(" ")}</p>}
      {known?.traceId !== undefined && known.status >= 500 && (
        <p className="mono">Trace {known.traceId}</p>
      )}
      {children}
    </div>
  );
}

/** Why something cannot be shown, which is asked for again by itself if that may help. */
export const Failure = (props: { readonly error: unknown; readonly again: () => void }) => (
  <Failed error={props.error} unanswered="It is asked again by itself.">
    <button type="button" onClick={props.again}>
      Try again
    </button>
  </Failed>
);

/** Why something was not done; whoever wants it done tries again where it was tried. */
export const ActionFailure = ({ error }: { readonly error: unknown }) => (
  <Failed
    error={error}
    unanswered="It is not known whether it was done, and it is not repeated by itself: try again."
  />
);

interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

interface ShownProps<T> {
  readonly query: Query<T>;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}

/** What is shown of a query: its data, also when it is no longer fresh, or why there is none yet. */
export function Shown<T>({ query, rows, children }: ShownProps<T>) {
  const failure = query.error ? (
    <Failure error={query.error} again={() => void query.refetch()} />
  ) : null;
  if (query.data === undefined) return failure ?? <Loading {...(rows ? { rows } : {})} />;
  return (
    <>
      {failure}
      {children(query.data)}
    </>
  );
}
