// Who is signed in. All tabs of the browser share one session: the newest refresh token is good for one use only.

/** A signed-in user's tokens. */
export interface Session {
  tenant: string;
  email: string;
  accessToken: string;
  refreshToken: string;
  /** When the access token ends, in milliseconds of this computer's clock. */
  expiresAt: number;
}

/** Whom the sign-in form greets: who was here last, and whether their session ended by itself. */
export interface Visitor {
  tenant: string;
  email: string;
  ended: boolean;
}

interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

const SESSION = 'plumbline.session';
const VISITOR = 'plumbline.visitor';

/** The API's address; empty where it is the page's own. */
export const API = (document.querySelector<HTMLMetaElement>('meta[name="plumbline-api"]')?.content ?? '').replace(
  /\/$/,
  '',
);

/** The token endpoint said no. */
export class SignInRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** Whether trying again may help. */
  get passes(): boolean {
    return ['unavailable', 'contended', 'limited', 'internal'].includes(this.code);
  }
}

const listeners = new Set<() => void>();
let stored = localStorage.getItem(SESSION);
let session = parse<Session>(stored);

window.addEventListener('storage', (event) => {
  if (event.key === SESSION || event.key === null) notify();
});

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The session as it is now, also when another tab has just changed it. */
export function currentSession(): Session | null {
  const now = localStorage.getItem(SESSION);
  if (now !== stored) {
    stored = now;
    session = parse<Session>(now);
  }
  return session;
}

export function lastVisitor(): Visitor {
  return parse<Visitor>(localStorage.getItem(VISITOR)) ?? { tenant: '', email: '', ended: false };
}

/** Throws `SignInRefused` for wrong words, and fetch's own error where nobody answers. */
export async function signIn(tenant: string, email: string, password: string): Promise<void> {
  const answer = await token(tenant, { grant_type: 'password', username: email, password });
  store({ tenant, email, ...answer });
  localStorage.setItem(VISITOR, JSON.stringify({ tenant, email, ended: false } satisfies Visitor));
}

/** Leaves at once, and lets the server end the session; where nobody answers, it ends by itself. */
export function signOut(): void {
  const session = currentSession();
  leave(false);
  if (session === null) return;
  const body = new URLSearchParams({ token: session.refreshToken });
  const address = `${API}/t/${encodeURIComponent(session.tenant)}/oauth/revoke`;
  void fetch(address, { method: 'POST', body, keepalive: true }).catch(() => undefined);
}

/** Whether the access token has ended, or will before a request with it arrives. */
export function isStale({ expiresAt }: Session): boolean {
  return expiresAt - Date.now() < 20_000;
}

/** Replaces `used`, unless another request or tab has done so already. Without a session afterwards, it has ended. */
export function renew(used: Session | null): Promise<Session | null> {
  return exclusively(async () => {
    const latest = currentSession();
    if (latest === null || latest.accessToken !== used?.accessToken) return latest;
    try {
      const { tenant, email, refreshToken } = latest;
      store({
        tenant,
        email,
        ...(await token(tenant, { grant_type: 'refresh_token', refresh_token: refreshToken })),
      });
    } catch (error) {
      // A lost connection passes: the session is kept, and the next request tries again.
      if (!(error instanceof SignInRefused) || error.passes) throw error;
      leave(true);
    }
    return currentSession();
  });
}

async function token(tenant: string, form: Record<string, string>) {
  const response = await fetch(`${API}/t/${encodeURIComponent(tenant)}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new SignInRefused(body.error ?? 'unavailable', body.error_description ?? response.statusText);
  const { access_token, refresh_token, expires_in } = body as TokenAnswer;
  return { accessToken: access_token, refreshToken: refresh_token, expiresAt: Date.now() + expires_in * 1000 };
}

/** One at a time among all tabs. Browsers have locks in secure contexts only; elsewhere the server forgives a close race. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(SESSION, work) : work();
}

function store(next: Session): void {
  localStorage.setItem(SESSION, JSON.stringify(next));
  notify();
}

function leave(ended: boolean): void {
  localStorage.setItem(VISITOR, JSON.stringify({ ...lastVisitor(), ended } satisfies Visitor));
  localStorage.removeItem(SESSION);
  notify();
}

function notify(): void {
  for (const listener of listeners) listener();
}

function parse<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
