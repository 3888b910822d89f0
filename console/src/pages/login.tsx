import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError, answered, api } from "../api.ts";
import { useLateLeaving } from "../leaving.ts";
import { logIn, useSession } from "../session.ts";
import { Field, PageHead, textOf } from "../ui/parts.tsx";

function useSubmit(submit: (form: FormData) => Promise<string | undefined>) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const send = async (form: FormData) => {
    setBusy(true);
    setError(undefined);
    const refused = await submit(form).catch((cause: unknown) =>
      cause instanceof ApiError ? cause.message : "Waybill does not answer. Try again in a moment.",
    );
    setError(refused);
    setBusy(false);
  };
  const onSubmit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault(); // React's actions would clear the form, also when it is refused.
    void send(new FormData(event.currentTarget));
  };
  return { error, busy, onSubmit };
}

const Wrong = ({ error }: { readonly error: string | undefined }) => (
  <p className="wrong" role="alert" hidden={error === undefined}>
    {error}
  </p>
);

/** Where somebody goes who has logged in: on, where a page asked for it. */
function useArrival() {
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return async () => {
    if (path === "/login" || path === "/register") await navigate({ to: "/" });
  };
}

/** Above the forms: that whoever was here before is not quite gone. */
const LateLeaving = () =>
  useLateLeaving() && (
    <p className="notice" role="status">
      Logging out is not finished: Waybill does not answer. It is tried again by itself; keep this
      page open until then.
    </p>
  );

/** Why somebody is here who may not have meant to. */
const Expired = () =>
  useSession() === "expired" && (
    <p className="notice" role="status">
      Your session has ended. Log in, and you go on where you were.
    </p>
  );

export function LoginPage() {
  const arrive = useArrival();
  const { error, busy, onSubmit } = useSubmit(async (form) => {
    const refused = await logIn(textOf(form, "email"), String(form.get("password")));
    if (refused === undefined) await arrive();
    return refused;
  });
  return (
    <section className="card narrow">
      <PageHead title="Welcome back" />
      <LateLeaving />
      <Expired />
      <form onSubmit={onSubmit}>
        <Field label="Email" name="email" type="email" autoComplete="username" />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
        <Wrong error={error} />
        <button className="primary wide" type="submit" disabled={busy}>
          {busy ? "Logging in…" : "Log in"}
        </button>
      </form>
      <p className="quiet">
        New here? <Link to="/register">Create an account</Link>
      </p>
    </section>
  );
}

export function RegisterPage() {
  const arrive = useArrival();
  const [userId] = useState(() => crypto.randomUUID()); // The same at every attempt: one account.
  const { error, busy, onSubmit } = useSubmit(async (form) => {
    const account = {
      userId,
      name: textOf(form, "name"),
      email: textOf(form, "email"),
      password: String(form.get("password")),
    };
    await answered(api.POST("/api/users", { body: account }));
    const refused = await logIn(account.email, account.password);
    if (refused === undefined) await arrive();
    return refused;
  });
  return (
    <section className="card narrow">
      <PageHead title="Create an account" />
      <LateLeaving />
      <form onSubmit={onSubmit}>
        <Field label="Name" name="name" autoComplete="name" maxLength={200} />
        <Field label="Email" name="email" type="email" autoComplete="username" maxLength={254} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters; a sentence is good."
          minLength={8}
          maxLength={128}
        />
        <Wrong error={error} />
        <button className="primary wide" type="submit" disabled={busy}>
          {busy ? "Creating…" : "Create account"}
        </button>
      </form>
      <p className="quiet">
        Have an account? <Link to="/login">Log in</Link>
      </p>
    </section>
  );
}
