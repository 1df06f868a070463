import type { Page } from '@playwright/test';
import { NOW } from './desk';
import { expect, settled, signIn, test, trySignIn } from './page';
import { PASSWORD, USERS } from './server';

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('wrong words are refused with a reason, and the field to mend has the focus', async ({ page }) => {
  await trySignIn(page, 'owner', 'not the password');
  await expect(page.getByRole('alert')).toHaveText('E-mail or password is wrong, or this account may not sign in.');
  await expect(page.getByLabel('Password')).toBeFocused();

  await page.getByLabel('Tenant').fill('nowhere');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('There is no tenant called “nowhere”');
  await expect(page.getByLabel('Tenant')).toBeFocused();
});

test('right words open the dashboard, which outlives a reload and ends with sign-out', async ({ page }) => {
  await signIn(page, 'owner');
  await expect(heading(page)).toHaveText('All teams');
  await expect(page).toHaveTitle('All teams · Plumbline');
  await expect(page.getByRole('main')).toBeFocused();
  await page.reload();
  await expect(heading(page)).toHaveText('All teams');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page)).toHaveText('Sign in to Plumbline');
  await expect(page.getByLabel('E-mail')).toHaveValue(USERS.owner);
  await expect(page.getByLabel('Password')).toBeFocused();
  expect(await page.evaluate(() => localStorage.getItem('plumbline.session'))).toBeNull();
});

test('a server that is away is told from wrong words', async ({ page }) => {
  await page.route('**/oauth/token', (route) => route.abort());
  await trySignIn(page, 'owner', PASSWORD);
  await expect(page.getByRole('alert')).toContainText('Plumbline cannot be reached');
});

test('a token that the server refuses is renewed once, however many requests met the refusal', async ({ page }) => {
  await signIn(page, 'owner');
  await settled(page);
  await page.evaluate(() => {
    const session = JSON.parse(localStorage.getItem('plumbline.session') ?? '{}');
    localStorage.setItem('plumbline.session', JSON.stringify({ ...session, accessToken: 'damaged' }));
  });
  const seen = watch(page);
  await page.reload();
  await expect(heading(page)).toHaveText('All teams');
  await settled(page);
  expect(seen.refused).toBeGreaterThan(0);
  expect(seen.tokens).toBe(1);
});

test('a token about to end is renewed before it is refused', async ({ page }) => {
  await signIn(page, 'owner');
  await settled(page);
  const seen = watch(page);
  await page.clock.setFixedTime(NOW.getTime() + 10 * 60_000);
  await page.getByRole('link', { name: 'Technical' }).click();
  await expect(heading(page)).toHaveText('Technical');
  await settled(page);
  expect(seen).toEqual({ refused: 0, tokens: 1 });
});

test('tabs share one session, and sign out together', async ({ page, context, server }) => {
  await signIn(page, 'owner');
  await settled(page);
  const other = await context.newPage();
  await other.clock.setFixedTime(NOW);
  await other.goto(server.url);
  await expect(heading(other)).toHaveText('All teams');
  // Both notice at once that the token has ended.
  for (const tab of [page, other]) await tab.clock.setFixedTime(NOW.getTime() + 10 * 60_000);
  await Promise.all([page, other].map((tab) => tab.getByRole('link', { name: 'Billing' }).click()));
  for (const tab of [page, other]) await expect(heading(tab)).toHaveText('Billing');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page)).toHaveText('Sign in to Plumbline');
});

test('a session that was ended leads back to the same place', async ({ page, server }) => {
  await signIn(page, 'viewer');
  await page.getByRole('link', { name: 'Billing' }).click();
  await settled(page);
  const place = page.url();
  await server.ask('mutation ($id: ID!) { suspendUser(id: $id) { id } }', { id: server.users.viewer });
  await page.clock.setFixedTime(NOW.getTime() + 10 * 60_000);
  await page.getByText('Tickets created').first().click();
  await expect(page.getByText('Your session ended. Sign in again to go on where you were.')).toBeVisible();

  await server.ask('mutation ($id: ID!) { reactivateUser(id: $id) { id } }', { id: server.users.viewer });
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText('Billing');
  await expect(page.getByRole('radio', { name: 'Tickets created' })).toBeChecked();
  expect(page.url()).toBe(`${place}&metric=tickets_created`);
});

/** Counts what goes over the wire from here on. */
function watch(page: Page): { refused: number; tokens: number } {
  const seen = { refused: 0, tokens: 0 };
  page.on('response', (response) => {
    if (response.status() === 401) seen.refused++;
    if (response.url().endsWith('/oauth/token')) seen.tokens++;
  });
  return seen;
}
