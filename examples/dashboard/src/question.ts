// What is asked of every panel: a view with everything filled in.

import type { DefinitionFragment, FrameQuery, KpiGrain, Metric } from './api/operations';
import { addDays, grainFor, presetRange, type Range, today } from './dates';
import { days } from './format';
import type { View } from './view';

/** Metrics that no person is credited with. Among one's own numbers they would always be nought. */
export const UNCREDITED: readonly Metric[] = ['TICKETS_CREATED'];

export interface Question {
  definition: DefinitionFragment;
  range: Range;
  grain: KpiGrain;
  zone: string;
  team: string | null;
  /** Whether single people's numbers, and the tickets behind a number, are the caller's to see. */
  people: boolean;
}

export function question(view: View, { me, metrics }: FrameQuery): Question | null {
  const definition = metrics.find(({ metric }) => metric === view.metric) ?? metrics[0];
  if (definition === undefined) return null;
  const zone = view.zone ?? me.tenant.timeZone;
  const range =
    typeof view.range === 'string'
      ? presetRange(view.range, today(zone), me.tenant.weekStart)
      : { from: view.range[0], to: addDays(view.range[1], 1) };
  const grain = view.grain ?? grainFor(range);
  return { definition, range, grain, zone, team: view.team, people: may(me, 'kpis.people') };
}

export function may(me: FrameQuery['me'], permission: string): boolean {
  return me.permissions.some((allowed) => allowed.permission === permission);
}

/** What every query for this number has in common. */
export function variables({ definition, range, zone, team }: Question) {
  return { metric: definition.metric, ...range, zone, teamId: team };
}

export function rangeInWords({ from, to }: Range): string {
  return days(from, addDays(to, -1));
}
