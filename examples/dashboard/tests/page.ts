// What the tests of the page share: one server for all of them, and a page whose clock stands where the desk's history ends.

import { test as base, expect, type Page } from '@playwright/test';
import { NOW } from './desk';
import { type Database, PASSWORD, type Server, startServer, USERS } from './server';

export { expect };

export interface Options {
  database: Database;
}

export const test = base.extend<{ signedIn: Page }, Options & { server: Server }>({
  database: ['sqlite', { option: true, scope: 'worker' }],
  server: [
    async ({ database }, use) => {
      const server = await startServer(database);
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  page: async ({ page, server }, use) => {
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(error.message));
    page.on('console', (message) => {
      // Refusals are part of some tests; the browser reports each of them.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        broken.push(message.text());
    });
    await page.clock.setFixedTime(NOW);
    await page.goto(server.url);
    await use(page);
    expect(broken).toEqual([]);
  },
  signedIn: async ({ page }, use) => {
    await signIn(page, 'owner');
    await use(page);
  },
});

/** Signs in as the user with this role, and waits until they are in. */
export async function signIn(page: Page, role: keyof typeof USERS): Promise<void> {
  await trySignIn(page, role, PASSWORD);
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expect(page.getByRole('main')).toBeFocused();
}

export async function trySignIn(page: Page, role: keyof typeof USERS, password: string): Promise<void> {
  await page.getByLabel('Tenant').fill('acme');
  await page.getByLabel('E-mail').fill(USERS[role]);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits until nothing on the page is still being asked for. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

/** The cells of a table, row by row. */
export async function cells(page: Page, caption: string | RegExp): Promise<string[][]> {
  const rows = page.getByRole('table', { name: caption }).locator('tbody tr');
  return rows.evaluateAll((rows) =>
    rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent?.trim() ?? '')),
  );
}
