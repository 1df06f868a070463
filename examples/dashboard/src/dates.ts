// Days are texts like `2026-03-02`, which compare and sort as they are. Ranges are half-open: from the first to before `to`.

import type { KpiGrain, WeekStart } from './api/operations';

export interface Range {
  from: string;
  to: string;
}

const DAY = 86_400_000;

export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && addDays(text, 0) === text;
}

export function addDays(day: string, days: number): string {
  const moment = Date.parse(`${day}T00:00:00Z`) + days * DAY;
  return Number.isNaN(moment) ? '' : new Date(moment).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/** Whether the browser knows this time zone. */
export function isZone(zone: string | null): boolean {
  try {
    return zone !== null && Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** The date that it is now in a zone. */
export function today(zone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const [month, day, year] = parts.format(new Date()).split('/');
  return `${year}-${month}-${day}`;
}

/** The ranges on offer. Each ends today, and begins where a day, week or month does. */
export const PRESETS = { '7d': '7 days', '4w': '4 weeks', '12w': '12 weeks', '6m': '6 months', '12m': '12 months' };
export type Preset = keyof typeof PRESETS;

export function presetRange(preset: Preset, day: string, weekStart: WeekStart): Range {
  const count = Number.parseInt(preset, 10);
  const to = addDays(day, 1);
  switch (preset.at(-1)) {
    case 'd':
      return { from: addDays(to, -count), to };
    case 'w':
      return { from: addDays(startOfWeek(day, weekStart), -7 * (count - 1)), to };
    default:
      return { from: startOfMonth(day, 1 - count), to };
  }
}

/** The range of the same length that ends where this one begins. */
export function before({ from, to }: Range): Range {
  return { from: addDays(from, -daysBetween(from, to)), to: from };
}

/** A range without its days to come: with whole ones it is not comparable. */
export function passed({ from, to }: Range, day: string): Range {
  const end = addDays(day, 1);
  return { from, to: from < end && end < to ? end : to };
}

/** A grain that gives a readable number of buckets. */
export function grainFor({ from, to }: Range): KpiGrain {
  const days = daysBetween(from, to);
  if (days <= 31) return 'DAY';
  if (days <= 200) return 'WEEK';
  return days <= 1100 ? 'MONTH' : 'YEAR';
}

function startOfWeek(day: string, weekStart: WeekStart): string {
  const first = { SUNDAY: 0, MONDAY: 1, SATURDAY: 6 }[weekStart];
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday - first + 7) % 7));
}

function startOfMonth(day: string, months: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}
