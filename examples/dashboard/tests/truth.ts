// What the page must say, worked out from the desk itself by the definitions' words and nothing of the product.

import type { Ticket } from './desk';

/** Tickets with a first response time, in the days `from` to before `to` of a zone. */
export function answered(tickets: Ticket[], from: string, to: string, zone = 'Europe/Rome'): Ticket[] {
  return tickets.filter(({ fate, first, created }) => fate === 'counted' && first && within(created, from, to, zone));
}

/** Tickets that count as created. */
export function arrived(tickets: Ticket[], from: string, to: string, zone = 'Europe/Rome'): Ticket[] {
  const counts = ({ fate }: Ticket) => fate === 'counted' || fate === 'initiated_by_agent';
  return tickets.filter((ticket) => counts(ticket) && within(ticket.created, from, to, zone));
}

/** The ⌈n/2⌉-th smallest wait. */
export function medianWait(tickets: Ticket[]): number {
  const waits = tickets.flatMap(({ first }) => first?.seconds ?? []).sort((a, b) => a - b);
  return waits[Math.ceil(waits.length / 2) - 1] ?? Number.NaN;
}

function within(at: Date, from: string, to: string, zone: string): boolean {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);
  return from <= day && day < to;
}
