import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { answered, api } from "../api.ts";
import { logIn, sessionHasExpired } from "../session.ts";
import { Field, textOf } from "../ui.tsx";

function useSubmit(submit: (form: FormData) => Promise<string | undefined>) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const action = async (form: FormData) => {
    setBusy(true);
    setError(undefined);
    setError(await submit(form).catch((cause: Error) => cause.message));
    setBusy(false);
  };
  return { error, busy, action };
}

export function LoginPage() {
  const navigate = useNavigate();
  const { error, busy, action } = useSubmit(async (form) => {
    const refused = await logIn(textOf(form, "email"), String(form.get("password")));
    if (refused === undefined) await navigate({ to: "/" });
    return refused;
  });
  return (
    <section className="card narrow">
      <h1>Welcome back</h1>
      {sessionHasExpired() && <p className="notice">Your session has ended. Log in to go on.</p>}
      <form action={action}>
        <Field label="Email" name="email" type="email" autoComplete="username" />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
        {error !== undefined && (
          <p className="wrong" role="alert">
            {error}
          </p>
        )}
        <button className="primary" type="submit" disabled={busy}>
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
  const navigate = useNavigate();
  const [userId] = useState(() => crypto.randomUUID()); // The same at every attempt: one account.
  const { error, busy, action } = useSubmit(async (form) => {
    const account = {
      userId,
      name: textOf(form, "name"),
      email: textOf(form, "email"),
      password: String(form.get("password")),
    };
    await answered(api.POST("/api/users", { body: account }));
    const refused = await logIn(account.email, account.password);
    if (refused === undefined) await navigate({ to: "/" });
    return refused;
  });
  return (
    <section className="card narrow">
      <h1>Create an account</h1>
      <form action={action}>
        <Field label="Name" name="name" autoComplete="name" />
        <Field label="Email" name="email" type="email" autoComplete="username" />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters"
          minLength={8}
        />
        {error !== undefined && (
          <p className="wrong" role="alert">
            {error}
          </p>
        )}
        <button className="primary" type="submit" disabled={busy}>
          {busy ? "Creating…" : "Create account"}
        </button>
      </form>
      <p className="quiet">
        Have an account? <Link to="/login">Log in</Link>
      </p>
    </section>
  );
}
