// The tickets behind a number: those in it, those left out and why, and what happened to each.

import { useEffect, useId, useRef, useState } from 'react';
import { usePages } from './api/client';
import { KpiTicketsDocument, type KpiTicketsQuery } from './api/operations';
import { bucket, figure, moment, word } from './format';
import { History, OutOfReach } from './history';
import { Answer, Choice, Note } from './parts';
import { type Question, rangeInWords, variables } from './question';
import { go, type View } from './view';

type Chosen = NonNullable<View['tickets']>;
type Ticket = KpiTicketsQuery['kpiTickets']['nodes'][number];
type Which = 'all' | 'in' | 'out';

export function Tickets({ question, chosen }: { question: Question; chosen: View['tickets'] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const isOpen = chosen !== null && question.people;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      aria-labelledby={title}
      onClose={() => go({ tickets: null })}
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
    >
      {isOpen && (
        <Sheet key={JSON.stringify(chosen)} title={title} question={question} chosen={chosen} dialog={dialog} />
      )}
    </dialog>
  );
}

function Sheet(props: {
  title: string;
  question: Question;
  chosen: Chosen;
  dialog: React.RefObject<HTMLDialogElement | null>;
}) {
  const { title, question, chosen, dialog } = props;
  const [which, setWhich] = useState<Which>('all');
  const { asked, more } = usePages(
    KpiTicketsDocument,
    {
      ...variables(question),
      grain: chosen.bucket ? question.grain : null,
      bucket: chosen.bucket,
      agentId: chosen.agent,
      included: { all: null, in: true, out: false }[which],
    },
    ({ kpiTickets }) => kpiTickets.pageInfo,
  );
  return (
    <div className="sheet">
      <header>
        <div>
          <h2 id={title}>Tickets behind “{question.definition.title}”</h2>
          <p className="quiet">{subject(question, chosen, asked.data)}</p>
        </div>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
        <Choice
          legend="Which tickets"
          value={which}
          onChange={setWhich}
          options={[
            ['all', 'All'],
            ['in', 'Counted'],
            ['out', 'Left out'],
          ]}
        />
      </header>
      <Answer asked={asked} rows={8}>
        {({ kpiTickets }) => (
          <TicketList
            tickets={kpiTickets.nodes}
            hasMore={kpiTickets.pageInfo.hasNextPage}
            which={which}
            question={question}
          />
        )}
      </Answer>
      {more && (
        <button type="button" className="button" onClick={more}>
          Show more
        </button>
      )}
    </div>
  );
}

function subject({ range, grain }: Question, { bucket: first, agent }: Chosen, data?: KpiTicketsQuery): string {
  const who = agent && data?.kpiTickets.nodes.find((ticket) => ticket.agent?.id === agent)?.agent?.name;
  const when = first ? bucket(first, grain) : rangeInWords(range);
  return who ? `${who}, ${when}` : when;
}

function TicketList(props: { tickets: Ticket[]; hasMore: boolean; which: Which; question: Question }) {
  const { tickets, hasMore, which, question } = props;
  const counted = tickets.filter(({ included }) => included).length;
  const shown = `${counted} counted, ${tickets.length - counted} left out${hasMore ? ', and more to show' : ''}`;
  return (
    <>
      <p className="quiet" role="status">
        {tickets.length > 0 && shown}
      </p>
      {tickets.length === 0 && (
        <Note title={which === 'out' ? 'Nothing was left out' : 'No tickets'}>
          <p>
            {which === 'out'
              ? 'Every ticket of these days that the definition speaks of is counted.'
              : 'The definition counts nothing here.'}
          </p>
        </Note>
      )}
      <ul className="tickets">
        {tickets.map((ticket) => (
          <TicketLine key={`${ticket.ticketId} ${ticket.at}`} ticket={ticket} question={question} />
        ))}
      </ul>
    </>
  );
}

function TicketLine({ ticket, question }: { ticket: Ticket; question: Question }) {
  const { definition, zone } = question;
  const rule = definition.exclusions.find(({ reason }) => reason === ticket.reason)?.rule;
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <b className="ticket-name">{ticket.externalId}</b>
          <span className="ticket-value">
            {ticket.included ? (
              (definition.unit === 'SECONDS' && figure(ticket.value, definition.unit)) || 'Counted'
            ) : (
              <span className="badge out">Left out: {word(ticket.reason ?? '').toLowerCase()}</span>
            )}
          </span>
          <span className="ticket-facts">
            {moment(ticket.at, zone)} · {word(ticket.channel)}
            {ticket.agent && ` · ${ticket.agent.name}`}
          </span>
        </summary>
        {rule && <p className="rule">{rule}</p>}
        {open && (ticket.ticket ? <History id={ticket.ticketId} zone={zone} /> : <OutOfReach />)}
      </details>
    </li>
  );
}
