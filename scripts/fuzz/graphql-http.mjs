// The audits of graphql-http: every one must be met, and a mutation by GET, which they only notice, must be refused.
import { readFileSync } from "node:fs";
import { serverAudits } from "graphql-http";

const base = process.env.PLUMBLINE_FUZZ_URL;
const password = readFileSync(process.env.PLUMBLINE_FUZZ_PASSWORD, "utf8");
const form = new URLSearchParams({ grant_type: "password", username: "a@acme.test", password });
const signedIn = await fetch(`${base}/t/acme/oauth/token`, { method: "POST", body: form });
const { access_token: token } = await signedIn.json();

const fetchFn = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const url = `${base}/graphql`;
const counts = { ok: 0, notice: 0, warn: 0, error: 0 };
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  counts[result.status] += 1;
  if (result.status !== "ok") console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
}
console.log(counts);

const mutation = new URLSearchParams({ query: 'mutation { createTeam(input: { name: "By GET" }) { id } }' });
const refused = await fetchFn(`${url}?${mutation}`);
if (refused.status !== 405 || counts.warn + counts.error > 0) process.exit(1);
