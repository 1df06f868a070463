import { expect, test } from '@playwright/test';
import { begun, type Row } from '../src/buckets';
import { addDays, before, grainFor, isDay, isZone, passed, presetRange } from '../src/dates';
import { bucket, change, days, duration, effect, figure, tick, word } from '../src/format';
import { formatView, parseView } from '../src/view';

test('a duration is as exact as it is read', () => {
  const told = [0, 1, 59, 60, 90, 599, 600, 629, 3569, 3599, 3600, 5400, 86_399, 90_000, 900_000].map(duration);
  expect(told).toEqual([
    ...['0 s', '1 s', '59 s', '1 min', '1 min 30 s', '9 min 59 s', '10 min', '10 min', '59 min'],
    ...['1 h', '1 h', '1 h 30 min', '1 d', '1 d 1 h', '10 d'],
  ]);
  expect(duration(29.6)).toBe('30 s');
});

test('no figure is not nought', () => {
  expect(figure(null, 'SECONDS')).toBe('–');
  expect(figure(0, 'SECONDS')).toBe('0 s');
  expect(figure(12_345, 'TICKETS')).toBe('12,345');
});

test('a change from nothing is no percentage', () => {
  expect(change(5, 0)).toBeNull();
  expect(change(5, 4)).toBe('25%');
  expect(change(3, 4)).toBe('25%');
});

test('buckets have the names that people use', () => {
  const first = '2026-04-01';
  const names = (['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const).map((grain) => bucket(first, grain));
  expect(names).toEqual(['Wed, 1 Apr 2026', 'Week of 1 Apr 2026', 'April 2026', 'Q2 2026', '2026']);
  expect(tick('2026-01-01', 'MONTH')).toBe('Jan 2026');
  expect(days('2026-03-30', '2026-04-02')).toBe('30 Mar – 2 Apr 2026');
  expect(days('2025-12-30', '2026-01-02')).toBe('30 Dec 2025 – 2 Jan 2026');
  expect(word('CLOSED_WITHOUT_SOLVE')).toBe('Closed without solve');
});

test('an event says what it did, with names for ids', () => {
  const ann = `person_${'0'.repeat(26)}`;
  const nameOf = (id: string) => (id === ann ? 'Ann' : undefined);
  const events = ['created', 'message:public', 'message:private', `assignee:${ann}`, 'assignee:none', 'status:on_hold'];
  expect(events.map((text) => effect(text, nameOf))).toEqual([
    ...['created', 'public message', 'internal note', 'assigned to Ann', 'assigned to nobody', 'status on hold'],
  ]);
  expect(effect('tag:a:b', nameOf)).toBe('tag a:b');
  expect(effect(`queue:queue_${'1'.repeat(26)}`, nameOf)).toBe('queue out of reach');
});

test('a bucket that is not over is marked, and one that has not begun is left away', () => {
  const row = (bucket: string, partial = false) => ({ bucket, partial }) as Row;
  const weeks = [row('2026-04-27', true), row('2026-05-04'), row('2026-05-11')];
  const cuts = (to: string, now: string) => begun(weeks, to, now).map(({ cut }) => cut);
  expect(cuts('2026-05-18', '2026-05-18')).toEqual(['part of it', '', '']);
  expect(cuts('2026-05-18', '2026-05-17')).toEqual(['part of it', '', 'so far']);
  expect(cuts('2026-05-13', '2026-05-12')).toEqual(['part of it', '', 'so far']);
  expect(cuts('2026-05-18', '2026-05-10')).toEqual(['part of it', 'so far']);
  expect(cuts('2026-05-18', '2026-04-01')).toEqual([]);
});

test('days are counted over leap days and clock changes', () => {
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
  expect(isDay('2026-02-29')).toBe(false);
  expect(isDay('2026-2-9')).toBe(false);
  expect(isZone('Asia/Kathmandu')).toBe(true);
  expect(isZone('Mars/Olympus')).toBe(false);
});

test('a preset ends with today and begins where its unit does', () => {
  const tuesday = '2026-05-12';
  expect(presetRange('7d', tuesday, 'MONDAY')).toEqual({ from: '2026-05-06', to: '2026-05-13' });
  expect(presetRange('4w', tuesday, 'MONDAY')).toEqual({ from: '2026-04-20', to: '2026-05-13' });
  expect(presetRange('4w', tuesday, 'SATURDAY')).toEqual({ from: '2026-04-18', to: '2026-05-13' });
  expect(presetRange('4w', '2026-05-10', 'SUNDAY')).toEqual({ from: '2026-04-19', to: '2026-05-11' });
  expect(presetRange('12m', tuesday, 'MONDAY')).toEqual({ from: '2025-06-01', to: '2026-05-13' });
});

test('the range before is as long and ends where this one begins', () => {
  expect(before({ from: '2026-03-01', to: '2026-03-11' })).toEqual({ from: '2026-02-19', to: '2026-03-01' });
});

test('days to come are not compared with days that were', () => {
  const range = { from: '2026-05-01', to: '2026-06-01' };
  expect(passed(range, '2026-05-12')).toEqual({ from: '2026-05-01', to: '2026-05-13' });
  expect(passed(range, '2026-06-12')).toEqual(range);
  expect(passed(range, '2026-04-12')).toEqual(range);
});

test('the grain follows the range', () => {
  const grains = [7, 31, 84, 365, 1500].map((length) =>
    grainFor({ from: '2026-01-01', to: addDays('2026-01-01', length) }),
  );
  expect(grains).toEqual(['DAY', 'DAY', 'WEEK', 'MONTH', 'YEAR']);
});

test('a view reads back from its address', () => {
  const address =
    '?team=team_1&metric=backlog&range=2026-01-01..2026-02-01&grain=day&zone=Asia%2FTokyo&show=table&tail=yes&tickets=2026-01-05&agent=person_1';
  expect(formatView(parseView(address))).toBe(address);
  expect(formatView(parseView(''))).toBe('');
});

test('an address that makes no sense is a plain view', () => {
  expect(parseView('?range=2026-02-01..2026-01-01&grain=hour&zone=Nowhere&show=pie')).toEqual(parseView(''));
});
