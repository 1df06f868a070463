// Who did what of the chosen metric, and who in the team did nothing of it.

import { type CSSProperties, useId, useState } from 'react';
import { useAsked } from './api/client';
import { KpiAgentsDocument, type KpiAgentsQuery, RosterDocument } from './api/operations';
import { addDays } from './dates';
import { Answer, Note, Pending } from './parts';
import { type Question, rangeInWords, variables } from './question';
import { type Column, columns, Numbers, Table } from './table';
import { go } from './view';

type Row = KpiAgentsQuery['kpi']['rows'][number];
type Order = { by: Column | 'name'; up: boolean };

export function Agents({ question }: { question: Question }) {
  const title = useId();
  const asked = useAsked(KpiAgentsDocument, variables(question), {
    pause: !question.people,
    isPending: ({ kpi }) => kpi.pending,
  });
  return (
    <section className="panel agents" aria-labelledby={title}>
      <header className="panel-head">
        <h2 id={title}>Agents</h2>
        <p className="quiet">
          {question.definition.title}, {rangeInWords(question.range)}
        </p>
      </header>
      {question.people ? (
        <>
          <Pending pending={asked.data?.kpi.pending ?? false} />
          <Answer asked={asked} rows={5}>
            {({ kpi }) => <AgentTable rows={kpi.rows} question={question} />}
          </Answer>
        </>
      ) : (
        <Note title="Totals only">
          <p>This account sees what teams did, not what single people did.</p>
        </Note>
      )}
    </section>
  );
}

function AgentTable({ rows, question }: { rows: Row[]; question: Question }) {
  const { definition } = question;
  const [order, setOrder] = useState<Order>({ by: 'n', up: false });
  const credited = rows.filter(({ agent }) => agent !== null);
  if (credited.length === 0) {
    return (
      <Note title="Nobody is credited">
        <p>
          {rows.length > 0
            ? `Whom this metric credits: ${definition.credit}`
            : 'There are no tickets in these days. Try a longer range or another team.'}
        </p>
      </Note>
    );
  }
  const most = Math.max(...credited.map(({ n }) => n ?? 0));
  return (
    <>
      <Table caption={`${definition.title} by agent`}>
        <thead>
          <tr>
            <SortHeader by="name" name="Agent" order={order} setOrder={setOrder} />
            {columns(definition.unit).map(([column, name]) => (
              <SortHeader key={column} by={column} name={name} order={order} setOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toSorted(comparing(order)).map((row) => (
            <AgentRow key={row.agent?.id ?? ''} row={row} most={most} question={question} />
          ))}
        </tbody>
      </Table>
      {question.team && <Others team={question.team} question={question} rows={rows} />}
    </>
  );
}

function AgentRow({ row, most, question }: { row: Row; most: number; question: Question }) {
  const { agent, n } = row;
  const share = { '--share': most > 0 && agent ? (n ?? 0) / most : 0 } as CSSProperties;
  return (
    <tr>
      <th scope="row" className="share" style={share}>
        {agent ? agent.name : <span className="quiet">Nobody</span>}
      </th>
      <Numbers
        row={row}
        unit={question.definition.unit}
        of={agent?.name ?? 'nobody'}
        open={agent && (() => go({ tickets: { bucket: null, agent: agent.id } }))}
      />
    </tr>
  );
}

function SortHeader(props: { by: Order['by']; name: string; order: Order; setOrder: (order: Order) => void }) {
  const { by, name, order, setOrder } = props;
  const active = order.by === by;
  const up = active ? !order.up : by === 'name';
  return (
    <th
      scope="col"
      className={by === 'name' ? undefined : 'number'}
      aria-sort={active ? (order.up ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" className="sort" onClick={() => setOrder({ by, up })}>
        {name}
        <span aria-hidden="true">{active ? (order.up ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}

/** Whoever is nobody stays last. */
function comparing({ by, up }: Order): (a: Row, b: Row) => number {
  return (a, b) => {
    if (!a.agent || !b.agent) return a.agent ? -1 : 1;
    const byName = a.agent.name.localeCompare(b.agent.name);
    const byFigure = by === 'name' ? byName : (a[by] ?? -1) - (b[by] ?? -1);
    return (up ? byFigure : -byFigure) || byName;
  };
}

/** Members of the team without a figure: absence is information too. */
function Others({ team, question, rows }: { team: string; question: Question; rows: Row[] }) {
  const on = addDays(question.range.to, -1);
  const { data } = useAsked(RosterDocument, { teamId: team, on, people: true });
  const credited = new Set(rows.map(({ agent }) => agent?.id));
  const people = data?.team?.memberships?.nodes.flatMap(({ person }) => person ?? []) ?? [];
  const others = people.filter(({ id }) => !credited.has(id)).map(({ name }) => name);
  if (others.length === 0) return null;
  return <p className="quiet">Also in the team, without a figure: {others.sort().join(', ')}.</p>;
}
