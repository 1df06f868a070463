// A help desk of half a year, always the same: what is imported, and what is true of it.

export interface Agent {
  name: string;
  email: string;
  team: string;
}

/** A ticket as it was made up, for comparing with what the page says of it. */
export interface Ticket {
  id: string;
  created: Date;
  team: string;
  /** Who answered first, and after how many seconds; nobody where nobody did. */
  first: { agent: string; seconds: number } | null;
  solved: { agent: string; at: Date } | null;
  /** Why it is in no number; `initiated_by_agent` keeps it out of the first response time alone. */
  fate: 'counted' | 'spam' | 'merged' | 'test' | 'initiated_by_agent';
}

export const TEAMS = { Billing: 4, Technical: 5, Onboarding: 3 };
export const FIRST_DAY = '2025-11-03';
/** The page's clock in tests. It is a Tuesday. */
export const NOW = new Date('2026-05-12T15:00:00Z');

const NAMES = [
  ['Ann Vasquez', 'Bo Lindqvist', 'Chidi Okafor', 'Dana Roth'],
  ['Elif Demir', 'Farid Haddad', 'Grace Chen', 'Hugo Martins', 'Ines Costa'],
  ['Jonas Weber', 'Keiko Sato', 'Liam Byrne'],
];
const QUESTIONS = ['invoice', 'login', 'refund', 'integration', 'api', 'export', 'setup', 'permissions'];

export const AGENTS: Agent[] = Object.keys(TEAMS).flatMap((team, index) =>
  (NAMES[index] ?? []).map((name) => ({ name, email: `${name.split(' ')[0]?.toLowerCase()}@desk.example`, team })),
);

const COLUMNS = [
  ['ticket', 'event_id', 'time', 'kind', 'actor_email', 'actor_name', 'actor_kind'],
  ['queue', 'channel', 'customer', 'customer_name', 'priority', 'tags', 'is_test', 'initiated_by', 'merged_into'],
].flat();
type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/** The desk's tickets, and their events as a file with canonical columns (docs/import.md §1). */
export function desk(): { tickets: Ticket[]; csv: string } {
  const random = chance(7);
  const tickets: Ticket[] = [];
  const rows: Row[] = [];
  for (let day = Date.parse(FIRST_DAY); day < NOW.getTime() - HOUR * 24; day += 24 * HOUR) {
    const weekend = [0, 6].includes(new Date(day).getUTCDay());
    const count = Math.round((weekend ? 3 : 11) * (0.75 + random() * 0.5));
    for (let index = 0; index < count; index++) {
      const created = new Date(day + Math.floor((7 + random() * 12) * HOUR));
      const ticket = live(String(10_001 + tickets.length), created, random, rows);
      tickets.push(ticket);
    }
  }
  const lines = rows.map((row) => COLUMNS.map((column) => row[column] ?? '').join(','));
  return { tickets, csv: `${[COLUMNS.join(','), ...lines].join('\n')}\n` };
}

const HOUR = 3_600_000;

/** One ticket's life. The desk gets quicker as the months pass, and some people are quicker than others. */
function live(id: string, created: Date, random: () => number, rows: Row[]): Ticket {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const team = pick(['Billing', 'Technical', 'Technical', 'Onboarding']);
  const agent = pick(AGENTS.filter((agent) => agent.team === team));
  const skill = 0.6 + (AGENTS.indexOf(agent) % 5) * 0.25;
  const progress = (created.getTime() - Date.parse(FIRST_DAY)) / (NOW.getTime() - Date.parse(FIRST_DAY));
  const fate = luck(random());
  const customer = 1 + Math.floor(random() * 400);
  let events = 0;
  const tell = (at: Date, row: Row) =>
    rows.push({ ticket: id, event_id: `${id}-${++events}`, time: at.toISOString(), ...row });
  const by = ({ email, name }: Agent): Row => ({ actor_email: email, actor_name: name, actor_kind: 'human' });

  tell(created, {
    kind: 'created',
    ...(fate === 'initiated_by_agent' ? by(agent) : { actor_kind: 'customer' }),
    queue: team,
    channel: pick(['email', 'email', 'web', 'chat', 'phone']),
    customer: `c${customer}`,
    customer_name: `Customer ${customer}`,
    priority: pick(['low', 'normal', 'normal', 'high']),
    tags: pick(QUESTIONS),
    is_test: fate === 'test' ? 'yes' : '',
    initiated_by: fate === 'initiated_by_agent' ? 'agent' : 'customer',
  });
  if (fate === 'spam' || fate === 'merged') {
    const into = fate === 'merged' ? { merged_into: '10001' } : {};
    tell(new Date(created.getTime() + HOUR / 4), { kind: fate, actor_kind: 'automation', ...into });
    return { id, created, team, first: null, solved: null, fate };
  }

  const waited = Math.round(-Math.log(1 - random()) * 5400 * skill * (1.4 - 0.7 * progress)) + 45;
  const answered = new Date(created.getTime() + waited * 1000);
  if (answered >= NOW || random() < 0.02) return { id, created, team, first: null, solved: null, fate };
  tell(answered, { kind: 'message:public', ...by(agent) });
  tell(answered, { kind: 'assignee:actor', ...by(agent) });
  const first = { agent: agent.name, seconds: waited };
  if (random() < 0.05) tell(new Date(answered.getTime() + HOUR), { kind: 'escalated', ...by(agent) });

  const worked = -Math.log(1 - random()) * 30 * HOUR * skill + HOUR * 1.5;
  let at = new Date(answered.getTime() + worked);
  if (at >= NOW) return { id, created, team, first, solved: null, fate };
  tell(at, { kind: 'status:solved', ...by(agent) });
  const back = new Date(at.getTime() + 9 * HOUR);
  const again = new Date(back.getTime() + 5 * HOUR);
  if (random() < 0.07 && again < NOW) {
    tell(back, { kind: 'status:open', actor_kind: 'customer' });
    tell(again, { kind: 'status:solved', ...by(agent) });
    at = again;
  }
  return { id, created, team, first, solved: { agent: agent.name, at }, fate };
}

function luck(draw: number): Ticket['fate'] {
  if (draw < 0.03) return 'spam';
  if (draw < 0.05) return 'merged';
  if (draw < 0.06) return 'test';
  return draw < 0.09 ? 'initiated_by_agent' : 'counted';
}

/** Mulberry32: the same numbers from the same seed, everywhere. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
