// The page for everybody: by keyboard, by ear, in the dark, on a phone, without motion.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, settled, signIn, test, trySignIn } from './page';
import { PASSWORD, USERS } from './server';

/** Every fault that axe finds, whatever its weight. */
async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

async function openTickets(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /show them/ })
    .first()
    .click();
  await settled(page);
  await page.getByRole('dialog').locator('summary').first().click();
  await settled(page);
}

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 800, 360]) {
    test(`axe finds no fault in ${scheme} at ${width} px, and nothing sticks out`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      const sound = async () => {
        expect(await faults(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      };
      await sound();
      await trySignIn(page, 'owner', 'wrong');
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await sound();
      await signIn(page, 'owner');
      await expect(page.getByRole('slider')).toBeVisible();
      await page.getByLabel('9 of 10 within').check();
      await page.getByText('How this is counted').click();
      await settled(page);
      await sound();
      await page.getByRole('group', { name: 'Show as' }).getByText('Table').click();
      await page.getByRole('group', { name: 'One figure for each' }).getByText('Day').click();
      await settled(page);
      await sound();
      await openTickets(page);
      await sound();
    });
  }
}

test('axe finds no fault where there is nothing to show', async ({ page, server }) => {
  await signIn(page, 'viewer');
  await page.goto(`${server.url}?range=2023-01-01..2023-01-31`);
  await expect(page.getByText('No tickets here')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.goto(`${server.url}?team=team_00000000000000000000000000`);
  await expect(page.getByRole('alert').first()).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.route('**/graphql', (route) => route.abort());
  await page.reload();
  await expect(page.getByText('Plumbline cannot be reached.')).toBeVisible();
  expect(await faults(page)).toEqual([]);
});

test('everything is done by keyboard alone', async ({ page }) => {
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Presses Tab until something with this role and name has the focus. */
  const tabTo = async (...target: Parameters<Page['getByRole']>) => {
    const wanted = page.getByRole(...target).first();
    for (let tabs = 0; tabs < 60; tabs++) {
      await page.keyboard.press('Tab');
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`no Tab leads to ${JSON.stringify(target)}`);
  };
  await page.keyboard.type('acme');
  await press('Tab');
  await page.keyboard.type(USERS.owner);
  await press('Tab');
  await page.keyboard.type(PASSWORD);
  await press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await settled(page);

  await page.reload();
  await settled(page);
  await press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the numbers' })).toBeFocused();
  await tabTo('link', { name: 'Technical' });
  await press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Technical');
  await settled(page);
  await tabTo('radio', { name: /First response time/ });
  await press('ArrowRight');
  await expect(page.getByRole('heading', { name: 'Full resolution time', level: 2 })).toBeVisible();
  await expect(page.getByRole('radio', { name: /Full resolution time/ })).toBeFocused();
  await settled(page);
  await tabTo('slider');
  await press('End', 'ArrowLeft', 'ArrowLeft');
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuetext', /^Week of 27 Apr 2026: median .* tickets$/);
  await expect(page.getByText('Week of 27 Apr 2026')).toBeVisible();
  await press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Week of 27 Apr 2026')).toBeVisible();
  await settled(page);
  const ticket = dialog.locator('summary').first();
  while (!(await ticket.evaluate((summary) => summary === document.activeElement))) await press('Tab');
  await press('Enter');
  await expect(dialog.getByText(/^Created.* by customer$/).first()).toBeVisible();
  await press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('slider')).toBeFocused();
  await tabTo('button', { name: 'Mean' });
  await press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Mean' })).toHaveAttribute('aria-sort', 'descending');
});

test('changes are said, not only seen', async ({ signedIn: page }) => {
  await settled(page);
  const status = page.getByRole('status').filter({ hasText: 'figures' });
  await expect(status).toHaveText(/^First response time: 12 figures, lowest .* \(Week of .*\), highest .*\.$/);
  await page.getByText('Reopened tickets').first().click();
  await expect(status).toHaveText(/^Reopened tickets: 12 figures/);
});

test('the switch goes before the system', async ({ signedIn: page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await ground();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.getByRole('group', { name: 'Colours' }).getByText('Dark').click();
  expect(await ground()).toBe(dark);
  await page.reload();
  expect(await ground()).toBe(dark);
  await page.getByRole('group', { name: 'Colours' }).getByText('Auto').click();
  expect(await ground()).toBe(light);
});

test('on a phone the teams fold away once one is chosen', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await signIn(page, 'owner');
  const teams = page.getByRole('button', { name: 'Team: All teams' });
  await expect(page.getByRole('link', { name: 'Billing' })).toBeHidden();
  await teams.click();
  await page.getByRole('link', { name: 'Billing' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Billing');
  await expect(page.getByRole('button', { name: 'Team: Billing' })).toHaveAttribute('aria-expanded', 'false');
});

test('who wants no motion gets none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await signIn(page, 'owner');
  await settled(page);
  await openTickets(page);
  const moving = await page.evaluate(() => document.getAnimations().length);
  expect(moving).toBe(0);
  expect(await page.getByRole('dialog').evaluate((dialog) => getComputedStyle(dialog).animationName)).toBe('none');
});
