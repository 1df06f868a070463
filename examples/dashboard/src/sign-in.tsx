import { type FormEvent, useEffect, useRef, useState } from 'react';
import { lastVisitor, SignInRefused, signIn } from './api/session';

export function SignIn() {
  const [visitor] = useState(lastVisitor);
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    document.title = 'Sign in · Plumbline';
    const empty = form.current?.querySelector<HTMLInputElement>('input[value=""]');
    empty?.focus();
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name)).trim();
    setBusy(true);
    setRefused(null);
    try {
      await signIn(field('tenant').toLowerCase(), field('email'), String(fields.get('password')));
    } catch (error) {
      setBusy(false);
      setRefused(reason(error, field('tenant')));
      const wrong = error instanceof SignInRefused && error.code === 'not_found' ? 'tenant' : 'password';
      form.current?.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.focus();
    }
  }

  return (
    <main className="sign-in">
      <form ref={form} onSubmit={submit} aria-labelledby="sign-in-title" aria-describedby="sign-in-problem">
        <img src="./plumbline.svg" alt="" width="48" height="48" />
        <h1 id="sign-in-title">Sign in to Plumbline</h1>
        <p className="quiet">
          {visitor.ended
            ? 'Your session ended. Sign in again to go on where you were.'
            : 'Every number, and the tickets behind it.'}
        </p>
        <label>
          Tenant
          <input
            name="tenant"
            defaultValue={visitor.tenant}
            required
            autoComplete="organization"
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
        <label>
          E-mail
          <input name="email" type="email" defaultValue={visitor.email} required autoComplete="username" />
        </label>
        <label>
          Password
          <input name="password" type="password" defaultValue="" required autoComplete="current-password" />
        </label>
        <p id="sign-in-problem" className="problem" role="alert">
          {refused}
        </p>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

function reason(error: unknown, tenant: string): string {
  if (!(error instanceof SignInRefused)) return 'Plumbline cannot be reached. Check your connection and try again.';
  switch (error.code) {
    case 'not_found':
      return `There is no tenant called “${tenant}”. It is the short name in your Plumbline addresses.`;
    case 'invalid_grant':
      return 'E-mail or password is wrong, or this account may not sign in.';
    case 'unsupported_grant_type':
      return 'This tenant does not take passwords.';
    default:
      return `${error.message}. Try again in a moment.`;
  }
}
