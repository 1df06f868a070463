// How figures and days are written. One language throughout: the page's.

import type { KpiGrain, MetricUnit } from './api/operations';

const LANGUAGE = 'en-GB';
const NOTHING = '–';
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(LANGUAGE, { style: 'percent', maximumFractionDigits: 0 });
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

export function figure(value: number | null | undefined, unit: MetricUnit): string {
  if (value === null || value === undefined) return NOTHING;
  return unit === 'SECONDS' ? duration(value) : count(value);
}

export function count(value: number): string {
  return whole.format(value);
}

/** As exact as it is read: `2 d 3 h`, `1 h 5 min`, `49 min`, `9 min 30 s`. */
export function duration(seconds: number): string {
  const largest = UNITS.findIndex(([, size]) => seconds >= size);
  const [large = UNITS[3], next] = UNITS.slice(largest < 0 ? 3 : largest);
  const small = seconds >= 10 * large[1] && large[0] !== 'h' ? undefined : next;
  const step = (small ?? large)[1];
  const rounded = Math.round(seconds / step) * step;
  // 59 min 59.9 s is an hour.
  if (UNITS.some(([, size]) => size > large[1] && rounded >= size)) return duration(rounded);
  const whole = Math.floor(rounded / large[1]);
  const rest = Math.round((rounded - whole * large[1]) / step);
  return `${whole} ${large[0]}${small && rest > 0 ? ` ${rest} ${small[0]}` : ''}`;
}

/** How much `now` is above or below `then`; nothing where that has no meaning. */
export function change(now: number, then: number): string | null {
  return then === 0 ? null : percent.format(Math.abs(now - then) / then);
}

export function tickets(n: number): string {
  return n === 1 ? '1 ticket' : `${count(n)} tickets`;
}

export function day(date: string, { year = true } = {}): string {
  return format(date, { day: 'numeric', month: 'short', ...(year && { year: 'numeric' }) });
}

/** From the first to the last day, both included. */
export function days(first: string, last: string): string {
  if (first === last) return day(first);
  return `${day(first, { year: first.slice(0, 4) !== last.slice(0, 4) })} – ${day(last)}`;
}

/** What a bucket is called: `2 Mar 2026`, `week of 2 Mar 2026`, `March 2026`, `Q1 2026`, `2026`. */
export function bucket(first: string, grain: KpiGrain): string {
  switch (grain) {
    case 'DAY':
      return format(first, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
    case 'WEEK':
      return `Week of ${day(first)}`;
    case 'MONTH':
      return format(first, { month: 'long', year: 'numeric' });
    case 'QUARTER':
      return `Q${Math.ceil(Number(first.slice(5, 7)) / 3)} ${first.slice(0, 4)}`;
    case 'YEAR':
      return first.slice(0, 4);
  }
}

/** The same for an axis, where there is little room. */
export function tick(first: string, grain: KpiGrain): string {
  switch (grain) {
    case 'DAY':
    case 'WEEK':
      return day(first, { year: false });
    case 'MONTH':
      return format(first, first.slice(5, 7) === '01' ? { month: 'short', year: 'numeric' } : { month: 'short' });
    default:
      return bucket(first, grain);
  }
}

export function moment(at: string, zone: string): string {
  return new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(
    new Date(at),
  );
}

/** What an event did, as people say it: `assignee:person_01h4…` is `assigned to Ann`. */
export function effect(text: string, nameOf: (id: string) => string | undefined): string {
  const [verb = '', what = ''] = text.split(/:(.*)/s, 2);
  const name = nameOf(what) ?? (/^[a-z]+_[0-9a-z]{26}$/.test(what) ? 'out of reach' : what);
  switch (verb) {
    case 'message':
      return what === 'public' ? 'public message' : 'internal note';
    case 'assignee':
      return what === 'none' ? 'assigned to nobody' : `assigned to ${name}`;
    case 'merged':
      return `merged into ${name}`;
    case 'status':
      return `status ${what.replaceAll('_', ' ')}`;
    default:
      return [verb.replaceAll('_', ' '), name].filter(Boolean).join(' ');
  }
}

/** `CLOSED_WITHOUT_SOLVE` as people write it: `Closed without solve`. */
export function word(code: string): string {
  if (code === 'API') return code;
  const text = code.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function format(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}
