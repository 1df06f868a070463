// One metric over time, drawn or as a table, and how it is counted.

import { useId, useMemo } from 'react';
import { useAsked } from './api/client';
import { KpiTrendDocument } from './api/operations';
import { begun, type Row, type TrendRow } from './buckets';
import { Chart } from './chart';
import { today } from './dates';
import { bucket, figure, word } from './format';
import { headlineValue } from './metrics';
import { Answer, Choice, Note, Pending } from './parts';
import { type Question, variables } from './question';
import { NumberHeaders, Numbers, Table } from './table';
import { GRAINS, go, type View } from './view';

export function Trend({ question, view: { show, tail } }: { question: Question; view: View }) {
  const { definition, grain } = question;
  const title = useId();
  const asked = useAsked(KpiTrendDocument, { ...variables(question), grain }, { isPending: ({ kpi }) => kpi.pending });
  return (
    <section className="panel" aria-labelledby={title}>
      <header className="panel-head">
        <h2 id={title}>{definition.title}</h2>
        <Choice
          legend="One figure for each"
          value={grain}
          onChange={(grain) => go({ grain }, { replace: true })}
          options={GRAINS.map((grain) => [grain, word(grain)])}
        />
        <Choice
          legend="Show as"
          value={show}
          onChange={(show) => go({ show }, { replace: true })}
          options={[
            ['chart', 'Chart'],
            ['table', 'Table'],
          ]}
        />
      </header>
      <Pending pending={asked.data?.kpi.pending ?? false} />
      <Answer asked={asked} rows={8}>
        {({ kpi }) => <Rows all={kpi.rows} question={question} show={show} tail={tail} />}
      </Answer>
      <Definition question={question} />
    </section>
  );
}

function Rows(props: { all: Row[]; question: Question; show: View['show']; tail: boolean }) {
  const { all, question, show, tail } = props;
  const { definition, grain, people, range, zone } = question;
  const rows = useMemo(() => begun(all, range.to, today(zone)), [all, range.to, zone]);
  const open = people ? (row: TrendRow) => go({ tickets: { bucket: row.bucket, agent: null } }) : null;
  if (rows.every(({ n, withheld }) => !n && !withheld)) return <Nothing question={question} />;
  return (
    <>
      <p className="unseen" role="status">
        {summary(rows, question)}
      </p>
      {show === 'chart' ? (
        <Chart rows={rows} question={question} open={open} tail={tail} />
      ) : (
        <Table caption={`${definition.title} by ${word(grain).toLowerCase()}`}>
          <thead>
            <tr>
              <th scope="col">{word(grain)}</th>
              <NumberHeaders unit={definition.unit} />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.bucket}>
                <th scope="row">
                  {bucket(row.bucket, grain)} {row.cut && <span className="badge">{row.cut}</span>}
                </th>
                <Numbers
                  row={row}
                  unit={definition.unit}
                  of={bucket(row.bucket, grain)}
                  open={open && (() => open(row))}
                />
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </>
  );
}

/** The whole chart in a sentence, for who hears it; said anew when it changes. */
function summary(rows: TrendRow[], { definition, grain }: Question): string {
  const told = rows.flatMap((row) => {
    const value = headlineValue(row, definition);
    return value === null ? [] : [{ value, name: bucket(row.bucket, grain) }];
  });
  if (told.length === 0) return `${definition.title}: no figures.`;
  const lowest = told.reduce((a, b) => (b.value < a.value ? b : a));
  const highest = told.reduce((a, b) => (b.value > a.value ? b : a));
  const tell = ({ value, name }: typeof lowest) => `${figure(value, definition.unit)} (${name})`;
  return `${definition.title}: ${rows.length} figures, lowest ${tell(lowest)}, highest ${tell(highest)}.`;
}

function Nothing({ question }: { question: Question }) {
  const { definition, people } = question;
  return (
    <Note title="No tickets here">
      <p>
        Nothing counts as “{definition.title.toLowerCase()}” in these days. Try a longer range or another team
        {people && ', or see what was left out and why'}.
      </p>
      <p className="actions">
        <button type="button" className="button" onClick={() => go({ range: '12m', grain: null })}>
          Last 12 months
        </button>
        {people && (
          <button type="button" className="button" onClick={() => go({ tickets: { bucket: null, agent: null } })}>
            What was left out
          </button>
        )}
      </p>
    </Note>
  );
}

/** The published definition, beside the number it explains. */
function Definition({ question: { definition } }: { question: Question }) {
  return (
    <details className="definition">
      <summary>How this is counted</summary>
      <dl>
        <dt>Counts</dt>
        <dd>{definition.counts}</dd>
        <dt>Dated by</dt>
        <dd>{definition.datedBy}</dd>
        <dt>Credited to</dt>
        <dd>{definition.credit}</dd>
        <dt>Left out</dt>
        {definition.exclusions.map(({ reason, rule }) => (
          <dd key={reason}>
            <b>{word(reason)}.</b> {rule}
          </dd>
        ))}
        <dt>Version</dt>
        <dd>{definition.version}</dd>
      </dl>
    </details>
  );
}
