import type { Page } from '@playwright/test';
import { addDays } from '../src/dates';
import { duration } from '../src/format';
import { AGENTS } from './desk';
import { cells, expect, settled, signIn, test } from './page';
import { answered, arrived, medianWait } from './truth';

// The last 12 weeks on the page's clock.
const [FROM, TO] = ['2026-02-23', '2026-05-13'];

async function choose(page: Page, group: string, option: string): Promise<void> {
  await page.getByRole('group', { name: group }).getByText(option, { exact: true }).click();
  await settled(page);
}

test('the chart, the table and the truth agree', async ({ signedIn: page, server }) => {
  const chart = page.getByRole('slider', { name: /First response time over time/ });
  await chart.focus();
  await page.keyboard.press('Home');
  const told = [];
  for (let bucket = 0; bucket < 12; bucket++) {
    told.push(await chart.getAttribute('aria-valuetext'));
    await page.keyboard.press('ArrowRight');
  }

  await choose(page, 'Show as', 'Table');
  const rows = await cells(page, 'First response time by week');
  const weeks = Array.from({ length: 12 }, (_, week) => {
    const from = addDays(FROM, 7 * week);
    const of = answered(server.tickets, from, addDays(from, 7));
    return { from, n: String(of.length), median: duration(medianWait(of)) };
  });
  expect(rows.map(([, n, median]) => ({ n, median }))).toEqual(weeks.map(({ n, median }) => ({ n, median })));
  expect(rows.at(-1)?.[0]).toBe('Week of 11 May 2026 so far');
  expect(told).toEqual(
    rows.map(([name = '', n, median, , within]) => {
      const week = name.replace(' so far', ', so far');
      return `${week}: median ${median}, 9 of 10 within ${within}, ${n} tickets`;
    }),
  );
});

test('a card is the whole range, compared with the one before', async ({ signedIn: page, server }) => {
  await settled(page);
  const now = answered(server.tickets, FROM, TO);
  const then = answered(server.tickets, addDays(FROM, -79), FROM);
  const [longer, shorter] = [medianWait(now), medianWait(then)];
  const percent = Math.round((Math.abs(longer - shorter) / shorter) * 100);
  const card = page.locator('label', { hasText: 'First response time' });
  await expect(card).toContainText(`${duration(longer)}▼ ${percent}% shorter, which is better`);
  await expect(card).toContainText(`Median of ${now.length}`);
  await expect(page.getByText('Compared with 6 Dec 2025 – 22 Feb 2026.')).toBeVisible();
});

test('team, metric, grain, zone and range change the numbers, and Back goes back', async ({
  signedIn: page,
  server,
}) => {
  await page.getByRole('link', { name: 'Technical' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Technical');
  await expect(page.getByText('5 people')).toBeVisible();
  await page.getByText('Tickets created').first().click();
  await choose(page, 'One figure for each', 'Month');
  await choose(page, 'Show as', 'Table');
  const technical = server.tickets.filter(({ team }) => team === 'Technical');
  const months = ['2026-02-23', '2026-03-01', '2026-04-01', '2026-05-01', TO];
  const truth = (zone: string) =>
    months.slice(1).map((to, index) => String(arrived(technical, months[index] ?? '', to, zone).length));
  const shown = async () => (await cells(page, 'Tickets created by month')).map(([, n]) => n);
  expect(await shown()).toEqual(truth('Europe/Rome'));

  await page.getByLabel('Days begin in').selectOption('Asia/Tokyo');
  await settled(page);
  expect(await shown()).toEqual(truth('Asia/Tokyo'));
  await page.getByLabel('Days begin in').selectOption('Europe/Rome');

  await page.getByLabel('Range').selectOption('custom');
  await page.getByLabel('First day').fill('2026-03-01');
  await page.getByLabel('Last day').fill('2026-03-31');
  await settled(page);
  expect(await shown()).toEqual([truth('Europe/Rome')[1]]);

  await page.getByRole('link', { name: 'Billing' }).click();
  await expect(page.getByText('5 people, led by Ann Vasquez')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Technical');
  await settled(page);
  expect(await shown()).toEqual([truth('Europe/Rome')[1]]);
});

test('agents have their own numbers, in the order that is asked for', async ({ signedIn: page, server }) => {
  await page.getByRole('link', { name: 'Billing' }).click();
  await settled(page);
  const truth = AGENTS.filter(({ team }) => team === 'Billing').map(({ name }) => {
    const own = answered(server.tickets, FROM, TO).filter(({ first }) => first?.agent === name);
    return { name, n: own.length, median: medianWait(own) };
  });
  const shown = async () => (await cells(page, 'First response time by agent')).map((row) => row.slice(0, 3));
  const inWords = (order: (a: (typeof truth)[0], b: (typeof truth)[0]) => number) =>
    truth.toSorted(order).map(({ name, n, median }) => [name, String(n), duration(median)]);
  expect(await shown()).toEqual(inWords((a, b) => b.n - a.n));
  await page.getByRole('button', { name: 'Median' }).click();
  expect(await shown()).toEqual(inWords((a, b) => b.median - a.median));
  await page.getByRole('button', { name: 'Median' }).click();
  expect(await shown()).toEqual(inWords((a, b) => a.median - b.median));
  await expect(page.getByRole('columnheader', { name: 'Median' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByText('Also in the team, without a figure: Mia Novak.')).toBeVisible();
});

test('a number opens onto its tickets: those in it, and those left out with the reason', async ({
  signedIn: page,
  server,
}) => {
  await settled(page);
  const own = answered(server.tickets, FROM, TO).filter(({ first }) => first?.agent === 'Grace Chen');
  const number = page.getByRole('button', { name: /Grace Chen: show them/ });
  await expect(number).toHaveText(String(own.length));
  await number.click();
  const dialog = page.getByRole('dialog', { name: 'Tickets behind “First response time”' });
  await expect(dialog.getByText('Grace Chen, 23 Feb – 12 May 2026')).toBeVisible();

  await dialog.getByText('Counted', { exact: true }).first().click();
  await settled(page);
  while (await dialog.getByRole('button', { name: 'Show more' }).isVisible()) {
    await dialog.getByRole('button', { name: 'Show more' }).click();
    await settled(page);
  }
  await expect(dialog.getByRole('status').first()).toHaveText(`${own.length} counted, 0 left out`);
  const listed = await dialog.locator('summary b').allTextContents();
  expect(listed.toSorted()).toEqual(own.map(({ id }) => id).toSorted());
  const first = own.find(({ id }) => id === listed[0]);
  await expect(dialog.locator('summary').first()).toContainText(duration(first?.first?.seconds ?? 0));

  await dialog.locator('summary').first().click();
  await expect(dialog.getByText('Public message by Grace Chen')).toBeVisible();

  await choose(page, 'Which tickets', 'Left out');
  const begun = server.tickets.find(({ fate, created }) => fate === 'initiated_by_agent' && created >= new Date(FROM));
  await page.goto(page.url().replace(/&agent=.*/, ''));
  await choose(page, 'Which tickets', 'Left out');
  const line = dialog.getByRole('listitem').filter({ has: page.getByText(begun?.id ?? '', { exact: true }) });
  await expect(line).toContainText('Left out: initiated by agent');
  await line.locator('summary').click();
  await expect(line.getByText('The team began the conversation.')).toBeVisible();

  await page.reload();
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('the drawing tells what is under the mouse, and opens onto it', async ({ signedIn: page, server }) => {
  await settled(page);
  const area = await page.locator('.u-over').boundingBox();
  if (!area) throw new Error('nothing is drawn');
  const [x, y] = [area.x + (area.width * 2.5) / 12, area.y + area.height / 2];
  const tip = page.locator('.tip');
  await expect(tip).toBeHidden();
  await page.mouse.move(x, y);
  await expect(tip).toBeVisible();
  await expect(tip).toContainText('Week of 9 Mar 2026');
  const colours = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return new Set(new Uint32Array(new Uint8ClampedArray(pixels).buffer)).size;
  });
  expect(colours).toBeGreaterThan(10);
  await page.mouse.click(x, y);
  await expect(page.getByRole('dialog').getByText('Week of 9 Mar 2026')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page).toHaveURL(server.url);
});

test('numbers that are being worked in say so, and move by themselves', async ({ signedIn: page, server }) => {
  await server.stopWorker();
  await server.bring('ticket,time,kind\nearly-1,2024-05-06T09:00:00Z,created\n');
  await page.goto(`${server.url}?metric=tickets_created&range=2024-05-06..2024-05-12&show=table`);
  const pending = page.getByText('New tickets are being counted.').first();
  await expect(pending).toBeVisible();
  await server.startWorker();
  await expect(page.getByRole('button', { name: '1 ticket, Mon, 6 May 2024: show them' })).toBeVisible();
  await expect(pending).toBeHidden();
  await expect(page.locator('label', { hasText: 'Tickets created' })).toContainText('1');
});

test('no data, no team and no server each have a way on', async ({ signedIn: page, server }) => {
  await page.goto(`${server.url}?range=2023-01-01..2023-01-31`);
  await expect(page.getByText('No tickets here')).toBeVisible();
  await page.getByRole('button', { name: 'Last 12 months' }).click();
  await expect(page.getByRole('slider')).toBeVisible();

  await page.goto(`${server.url}?team=team_00000000000000000000000000`);
  await expect(page.getByRole('alert').first()).toContainText('It does not exist, or it is not yours to see.');
  await page.getByRole('button', { name: 'Show everything of the last 12 weeks' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All teams');

  await page.route('**/graphql', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('Plumbline cannot be reached');
  await expect(page.getByRole('main')).toContainText('No answer');
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('slider')).toBeVisible();
});

test('what is asked twice is shown at once from the cache', async ({ signedIn: page }) => {
  await page.getByRole('link', { name: 'Billing' }).click();
  await expect(page.getByText('led by Ann Vasquez')).toBeVisible();
  await page.getByRole('link', { name: 'All teams' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All teams');
  await settled(page);
  // Nothing is answered any more, and the team is there all the same.
  await page.route('**/graphql', () => {});
  await page.getByRole('link', { name: 'Billing' }).click();
  await expect(page.getByText('led by Ann Vasquez')).toBeVisible();
  await expect(page.getByRole('table', { name: 'First response time by agent' })).toContainText('Dana Roth');
});

test.describe('each sees what is theirs', () => {
  test('a viewer sees totals, and no way to single people', async ({ page }) => {
    await signIn(page, 'viewer');
    await expect(page.getByText('This account sees what teams did, not what single people did.')).toBeVisible();
    await choose(page, 'Show as', 'Table');
    await expect(page.getByRole('button', { name: /show them/ })).toHaveCount(0);
  });

  test('a manager sees the teams they lead', async ({ page }) => {
    await signIn(page, 'manager');
    await settled(page);
    await expect(page.getByRole('navigation', { name: 'Teams' }).getByRole('link')).toHaveText(['My teams', 'Billing']);
    const names = (await cells(page, 'First response time by agent')).map(([name]) => name);
    expect(names.toSorted()).toEqual(['Ann Vasquez', 'Bo Lindqvist', 'Chidi Okafor', 'Dana Roth']);
  });

  test('an agent sees their own numbers', async ({ page }) => {
    await signIn(page, 'agent');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('My numbers');
    await settled(page);
    const names = (await cells(page, 'First response time by agent')).map(([name]) => name);
    expect(names).toEqual(['Grace Chen']);
    // Nobody is credited with a ticket's creation: a nought would be no number of theirs.
    await expect(page.getByRole('radio')).not.toHaveCount(0);
    await expect(page.getByRole('radio', { name: /Tickets created/ })).toHaveCount(0);
  });

  test('who may see no numbers is told what they need', async ({ page }) => {
    await signIn(page, 'hr');
    await expect(page.getByText('There are no numbers for this account')).toBeVisible();
  });
});
