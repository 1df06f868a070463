// What happened to a ticket, in order: the evidence for the number.

import { useAsked } from './api/client';
import { NamesDocument, TicketHistoryDocument, type TicketHistoryQuery } from './api/operations';
import { effect, moment, word } from './format';
import { Answer } from './parts';

type Ticket = NonNullable<TicketHistoryQuery['ticket']>;
type Event = Ticket['events'][number];

export function History({ id, zone }: { id: string; zone: string }) {
  const asked = useAsked(TicketHistoryDocument, { id });
  const nameOf = useNames(asked.data?.ticket?.events ?? []);
  return (
    <Answer asked={asked} rows={3}>
      {({ ticket }) =>
        ticket ? (
          <>
            <Facts ticket={ticket} />
            <ol className="history">
              {ticket.events.map((event, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: events have no id, and their order does not change
                <li key={index}>
                  <time dateTime={event.at}>{moment(event.at, zone)}</time>
                  <span>
                    {happening(event, nameOf)}{' '}
                    <span className="quiet">
                      by {nameOf(event.actorId ?? '') ?? word(event.actorKind).toLowerCase()}
                    </span>
                  </span>
                </li>
              ))}
            </ol>
          </>
        ) : (
          <OutOfReach />
        )
      }
    </Answer>
  );
}

export function OutOfReach() {
  return <p className="quiet">It counts here, but the ticket itself is not yours to see.</p>;
}

function Facts({ ticket }: { ticket: Ticket }) {
  const { status, queue, priority, customer, mergedTicket, tags } = ticket;
  const facts = [
    word(status),
    queue?.name,
    priority && `${priority} priority`,
    customer && [customer.name, customer.organisation].filter(Boolean).join(', '),
    mergedTicket && `merged into ${mergedTicket.externalId}`,
  ];
  return (
    <p className="quiet">
      {facts.filter(Boolean).join(' · ')}
      {tags.map((tag) => (
        <span key={tag} className="badge">
          {tag}
        </span>
      ))}
    </p>
  );
}

type NameOf = (id: string) => string | undefined;

/** The names of whatever the events speak of: people, queues and tickets are ids in them. */
function useNames(events: Event[]): NameOf {
  const mentioned = events.flatMap(({ actorId, effects }) => [actorId ?? '', ...effects.map(subject)]);
  const ids = [...new Set(mentioned.filter((text) => /^(person|queue|ticket)_/.test(text)))].slice(0, 100);
  const { data } = useAsked(NamesDocument, { ids }, { pause: ids.length === 0 });
  const names = new Map<string, string>();
  for (const node of data?.nodes ?? []) {
    if (node && 'name' in node) names.set(node.id, node.name);
    else if (node && 'externalId' in node) names.set(node.id, node.externalId);
  }
  return (id) => names.get(id);
}

function subject(effect: string): string {
  return effect.slice(effect.indexOf(':') + 1);
}

/** The source's own word where it has one of its own, and what the event did. */
function happening({ kind, effects }: Event, nameOf: NameOf): string {
  const own = effects.includes(kind) ? '' : kind;
  const done = effects.map((text) => effect(text, nameOf)).join(', ');
  const text = own && done ? `${own}: ${done}` : own || done;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
