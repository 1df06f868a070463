// The teams as a tree to choose from, and who is in the one that is chosen.

import { useEffect, useId, useState } from 'react';
import { useAsked, usePages } from './api/client';
import { RosterDocument, TeamsDocument, type TeamsQuery } from './api/operations';
import { addDays, type Range } from './dates';
import { Answer } from './parts';
import { go, href } from './view';

type Team = TeamsQuery['teams']['nodes'][number];

export function TeamList({ everything, current }: { everything: string; current: string | null }) {
  const { asked } = usePages(TeamsDocument, {}, ({ teams }) => teams.pageInfo, { all: true });
  const [open, setOpen] = useState(false);
  const list = useId();
  const choose = (team: string | null) => {
    setOpen(false);
    go({ team, tickets: null });
  };
  const name = asked.data?.teams.nodes.find(({ id }) => id === current)?.name ?? everything;
  return (
    <nav className="teams" aria-label="Teams">
      <button type="button" className="button" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}>
        Team: {name}
      </button>
      <div id={list} className={open ? 'open' : 'shut'}>
        <ul>
          <Entry team={null} name={everything} current={current} choose={choose} />
        </ul>
        <Answer asked={asked} rows={3}>
          {({ teams }) => <Branch teams={teams.nodes} top={null} current={current} choose={choose} />}
        </Answer>
      </div>
    </nav>
  );
}

interface Choosing {
  current: string | null;
  choose: (team: string | null) => void;
}

/** A team whose parent is out of reach stands at the top. Closed teams are there as long as they are looked at. */
function Branch({ teams, top, current, choose }: Choosing & { teams: Team[]; top: string | null }) {
  const isTop = ({ parentId }: Team) => !teams.some(({ id }) => id === parentId);
  const here = teams
    .filter((team) => (top === null ? isTop(team) : team.parentId === top))
    .filter(({ id, state }) => state === 'ACTIVE' || id === current)
    .sort((a, b) => a.name.localeCompare(b.name));
  if (here.length === 0) return null;
  return (
    <ul>
      {here.map(({ id, name }) => (
        <Entry key={id} team={id} name={name} current={current} choose={choose}>
          <Branch teams={teams} top={id} current={current} choose={choose} />
        </Entry>
      ))}
    </ul>
  );
}

function Entry(props: Choosing & { team: string | null; name: string; children?: React.ReactNode }) {
  const { team, name, current, choose, children } = props;
  return (
    <li>
      <a
        href={href({ team, tickets: null })}
        aria-current={team === current ? 'page' : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          choose(team);
        }}
      >
        {name}
      </a>
      {children}
    </li>
  );
}

interface RosterProps {
  everything: string;
  team: string | null;
  range: Range;
  /** Whether its people may be seen; who asks for them and may not is told of no team at all. */
  people: boolean;
}

/** The page's title: the team, its lead and how many are in it, as of the last day of the range. */
export function Roster({ everything, team, range, people }: RosterProps) {
  const on = addDays(range.to, -1);
  const { data, busy } = useAsked(RosterDocument, { teamId: team ?? '', on, people }, { pause: team === null });
  const found = data?.team;
  const title = team === null ? everything : (found?.name ?? (busy ? '…' : 'Unknown team'));
  useEffect(() => {
    document.title = `${title} · Plumbline`;
  }, [title]);
  const leads = found?.leads.nodes.flatMap(({ person }) => (person ? [person.name] : [])) ?? [];
  const members = found?.memberships;
  return (
    <div>
      <h1>{title}</h1>
      {members && (
        <p className="quiet">
          {members.pageInfo.hasNextPage && 'More than '}
          {members.nodes.length === 1 ? '1 person' : `${members.nodes.length} people`}
          {leads.length > 0 && `, led by ${leads.join(' and ')}`}
        </p>
      )}
    </div>
  );
}
