// Every metric with its value over the range, beside the value before it. The one that is chosen is told in full below.

import { useId } from 'react';
import { type Problem, useAsked } from './api/client';
import { type DefinitionFragment, type FiguresFragment, KpiTotalDocument } from './api/operations';
import { before, passed, today } from './dates';
import { change, count, figure } from './format';
import { type Question, rangeInWords, variables } from './question';
import { go } from './view';

type Row = FiguresFragment | undefined;

export function Metrics(props: { definitions: DefinitionFragment[]; question: Question }) {
  const { definitions, question: whole } = props;
  const question = { ...whole, range: passed(whole.range, today(whole.zone)) };
  const group = useId();
  return (
    <section aria-labelledby={`${group}-title`}>
      <h2 id={`${group}-title`} className="unseen">
        Metrics
      </h2>
      <fieldset className="metrics">
        <legend className="unseen">Metric to look at</legend>
        {definitions.map((definition) => (
          <Card key={definition.metric} group={group} definition={definition} question={question} />
        ))}
      </fieldset>
      <p className="quiet">Compared with {rangeInWords(before(question.range))}.</p>
    </section>
  );
}

function Card(props: { group: string; definition: DefinitionFragment; question: Question }) {
  const { group, definition, question } = props;
  const { data, problem, busy } = useAsked(
    KpiTotalDocument,
    { ...variables({ ...question, definition }), before: before(question.range).from },
    { isPending: ({ now, before }) => now.pending || before.pending },
  );
  const [now, then] = [data?.now.rows[0], data?.before.rows[0]];
  return (
    <label className="metric">
      <input
        type="radio"
        name={group}
        checked={definition.metric === question.definition.metric}
        onChange={() => go({ metric: definition.metric })}
      />
      <span className="metric-title">{definition.title}</span>
      <span className="metric-value" aria-busy={busy}>
        {problem ? refused(problem) : headline(now, definition)}
      </span>
      <Change now={headlineValue(now, definition)} then={headlineValue(then, definition)} definition={definition} />
      <span className="metric-note">{footnote(now, then, definition)}</span>
    </label>
  );
}

/** Up or down, and whether that is good: in words and signs, never in colour alone. */
function Change(props: { now: number | null; then: number | null; definition: DefinitionFragment }) {
  const { now, then, definition } = props;
  if (now === null) return <span className="metric-change" />;
  const amount = then === null ? null : change(now, then);
  if (then === null || now === then || amount === null) {
    return <span className="metric-change">{now === then ? 'As before' : 'Nothing before'}</span>;
  }
  const [up, down] = definition.unit === 'SECONDS' ? ['longer', 'shorter'] : ['more', 'fewer'];
  const rose = now > then;
  const verdict = { HIGHER: rose ? 'better' : 'worse', LOWER: rose ? 'worse' : 'better', NEUTRAL: '' }[
    definition.direction
  ];
  return (
    <span className={`metric-change ${verdict}`}>
      <span aria-hidden="true">{rose ? '▲' : '▼'} </span>
      {amount} {rose ? up : down}
      {verdict && <span className="unseen">, which is {verdict}</span>}
    </span>
  );
}

/** What a median is the median of; what a count is compared with. */
function footnote(now: Row, then: Row, { unit }: DefinitionFragment): string {
  if (unit === 'SECONDS') return now?.n ? `Median of ${count(now.n)}` : '';
  return now && then?.n ? `From ${count(then.n)}` : '';
}

/** Only who was not answered at all is told so here: the panels below say the rest. */
function refused({ code }: Problem): string {
  return ['not_found', 'invalid', 'forbidden'].includes(code) ? '–' : 'No answer';
}

/** A time is told by its median: one ticket that lay over a holiday does not move it. */
export function headlineValue(row: Row, { unit }: DefinitionFragment): number | null {
  return (unit === 'SECONDS' ? row?.p50 : row?.n) ?? null;
}

function headline(row: Row, definition: DefinitionFragment): string {
  return row?.withheld ? 'Withheld' : figure(headlineValue(row, definition), definition.unit);
}
