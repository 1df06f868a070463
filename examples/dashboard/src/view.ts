// What is looked at. It is the address: every view can be linked to, and the browser's Back is the way back.

import { useSyncExternalStore } from 'react';
import type { KpiGrain, Metric } from './api/operations';
import { isDay, isZone, PRESETS, type Preset } from './dates';

export interface View {
  team: string | null;
  metric: Metric;
  /** A preset, or the first and the last day. */
  range: Preset | [string, string];
  /** `null` where it follows from the range. */
  grain: KpiGrain | null;
  /** `null` is the tenant's own. */
  zone: string | null;
  show: 'chart' | 'table';
  /** Whether the slowest tenth of a time is drawn too. */
  tail: boolean;
  /** The number whose tickets are open: of the whole range and team, or of a bucket or an agent alone. */
  tickets: { bucket: string | null; agent: string | null } | null;
}

export const GRAINS: readonly KpiGrain[] = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'];
const PLAIN: View = {
  team: null,
  metric: 'FIRST_RESPONSE_TIME',
  range: '12w',
  grain: null,
  zone: null,
  show: 'chart',
  tail: false,
  tickets: null,
};

export function useView(): View {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return parseView(search);
}

/** Goes to another view; what is not named stays. `replace` where the way back should not stop at the present one. */
export function go(change: Partial<View>, { replace = false } = {}): void {
  const search = formatView({ ...parseView(location.search), ...change });
  if (search === location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', search || location.pathname);
  window.dispatchEvent(new Event('popstate'));
}

/** The address of another view. */
export function href(change: Partial<View>): string {
  return formatView({ ...parseView(location.search), ...change }) || '?';
}

/** Reads an address; what makes no sense is as if it were not there. */
export function parseView(search: string): View {
  const query = new URLSearchParams(search);
  const grain = query.get('grain')?.toUpperCase() as KpiGrain | undefined;
  const tickets = query.get('tickets');
  return {
    team: query.get('team'),
    metric: (query.get('metric')?.toUpperCase() as Metric | undefined) ?? PLAIN.metric,
    range: parseRange(query.get('range')) ?? PLAIN.range,
    grain: grain && GRAINS.includes(grain) ? grain : null,
    zone: isZone(query.get('zone')) ? query.get('zone') : null,
    show: query.get('show') === 'table' ? 'table' : 'chart',
    tail: query.get('tail') === 'yes',
    tickets: tickets === null ? null : { bucket: isDay(tickets) ? tickets : null, agent: query.get('agent') },
  };
}

/** Writes an address, without what goes without saying. */
export function formatView({ team, metric, range, grain, zone, show, tail, tickets }: View): string {
  const query = new URLSearchParams();
  if (team) query.set('team', team);
  if (metric !== PLAIN.metric) query.set('metric', metric.toLowerCase());
  if (range !== PLAIN.range) query.set('range', typeof range === 'string' ? range : range.join('..'));
  if (grain) query.set('grain', grain.toLowerCase());
  if (zone) query.set('zone', zone);
  if (show !== PLAIN.show) query.set('show', show);
  if (tail) query.set('tail', 'yes');
  if (tickets) query.set('tickets', tickets.bucket ?? 'all');
  if (tickets?.agent) query.set('agent', tickets.agent);
  const text = query.toString();
  return text && `?${text}`;
}

function parseRange(text: string | null): View['range'] | null {
  if (text !== null && text in PRESETS) return text as Preset;
  const [first = '', last = '', ...more] = text?.split('..') ?? [];
  return more.length === 0 && isDay(first) && isDay(last) && first <= last ? [first, last] : null;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  return () => window.removeEventListener('popstate', listener);
}
