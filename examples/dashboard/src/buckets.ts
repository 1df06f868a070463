// The buckets of a trend, and which of them are not whole.

import type { KpiTrendQuery } from './api/operations';

export type Row = KpiTrendQuery['kpi']['rows'][number];
/** A bucket that is not whole is not comparable with the others: the range cuts it, or it is not over yet. */
export type TrendRow = Row & { bucket: string; cut: '' | 'part of it' | 'so far' };

/** The buckets that have begun by `now`, up to before `to`; those to come have no figures, which is not the same as none. */
export function begun(all: Row[], to: string, now: string): TrendRow[] {
  const known = all.flatMap((row) =>
    row.bucket !== null && row.bucket <= now ? [{ ...row, bucket: row.bucket }] : [],
  );
  const whole = all.length === known.length;
  return known.map((row, index) => {
    const running = index === known.length - 1 && (!whole || to > now);
    return { ...row, cut: running ? 'so far' : row.partial ? 'part of it' : '' };
  });
}
