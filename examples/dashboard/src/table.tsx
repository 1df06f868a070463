// The figures of a row as cells: how many first, which opens the tickets behind them, then how long where it is a time.

import type { ReactNode } from 'react';
import type { FiguresFragment, MetricUnit } from './api/operations';
import { count, figure, tickets } from './format';

/** The columns of a time; a count has only `n`. */
export const COLUMNS = [
  ['n', 'Tickets'],
  ['p50', 'Median'],
  ['mean', 'Mean'],
  ['p90', '9 of 10 within'],
  ['max', 'Longest'],
] as const;
export type Column = (typeof COLUMNS)[number][0];

export function columns(unit: MetricUnit) {
  return unit === 'SECONDS' ? COLUMNS : COLUMNS.slice(0, 1);
}

/** A table that may be wider or longer than its place. It is scrolled by keyboard too, once it has the focus. */
export function Table({ caption, children }: { caption: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus it could not be scrolled by keyboard
    <section className="scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="unseen">{caption}</caption>
        {children}
      </table>
    </section>
  );
}

export function NumberHeaders({ unit }: { unit: MetricUnit }) {
  return columns(unit).map(([column, name]) => (
    <th key={column} scope="col" className="number">
      {name}
    </th>
  ));
}

/** `of` says in words what the row is. `open` is nothing where the tickets are not the caller's to see. */
export function Numbers(props: { row: FiguresFragment; unit: MetricUnit; of: string; open: (() => void) | null }) {
  const { row, unit, of, open } = props;
  if (row.withheld) {
    return (
      <td colSpan={columns(unit).length} className="quiet">
        Withheld: it would show what a single person did
      </td>
    );
  }
  return columns(unit).map(([column]) => (
    <td key={column} className="number">
      {column !== 'n' ? (
        figure(row[column], unit)
      ) : open ? (
        <button type="button" className="link" onClick={open} aria-label={`${tickets(row.n ?? 0)}, ${of}: show them`}>
          {count(row.n ?? 0)}
        </button>
      ) : (
        count(row.n ?? 0)
      )}
    </td>
  ));
}
