import { useEffect, useRef } from 'react';
import { Agents } from './agents';
import { useAsked } from './api/client';
import { FrameDocument, type FrameQuery } from './api/operations';
import { signOut } from './api/session';
import { Filters } from './filters';
import { Metrics } from './metrics';
import { Answer, Choice, Note } from './parts';
import { may, question, UNCREDITED } from './question';
import { Roster, TeamList } from './teams';
import { setTheme, useTheme } from './theme';
import { Tickets } from './tickets';
import { Trend } from './trend';
import { useView } from './view';

export function Dashboard({ email, justSignedIn }: { email: string; justSignedIn: boolean }) {
  const frame = useAsked(FrameDocument, {});
  return (
    <>
      <a className="skip" href="#numbers">
        Skip to the numbers
      </a>
      <Banner email={email} tenant={frame.data?.me.tenant.name ?? ''} />
      {frame.data && !frame.problem ? (
        <Frame frame={frame.data} takeFocus={justSignedIn} />
      ) : (
        <main className="alone" id="numbers">
          <h1 className="unseen">Plumbline</h1>
          <Answer asked={frame} rows={6}>
            {() => null}
          </Answer>
        </main>
      )}
    </>
  );
}

function Banner({ email, tenant }: { email: string; tenant: string }) {
  return (
    <header className="banner">
      <img src="./plumbline.svg" alt="" width="28" height="28" />
      <p className="brand">Plumbline {tenant && <span className="tenant">{tenant}</span>}</p>
      <ThemeSwitch />
      <p className="account">{email}</p>
      <button type="button" className="button" onClick={signOut}>
        Sign out
      </button>
    </header>
  );
}

function ThemeSwitch() {
  const theme = useTheme();
  return (
    <Choice
      legend="Colours"
      value={theme}
      onChange={setTheme}
      options={[
        ['system', 'Auto'],
        ['light', 'Light'],
        ['dark', 'Dark'],
      ]}
    />
  );
}

function Frame({ frame, takeFocus }: { frame: FrameQuery; takeFocus: boolean }) {
  const { me, metrics } = frame;
  const view = useView();
  const reach = me.permissions.find(({ permission }) => permission === 'kpis.read')?.reach;
  const shown = reach === 'OWN' ? metrics.filter(({ metric }) => !UNCREDITED.includes(metric)) : metrics;
  const asked = question(view, { me, metrics: shown });
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (takeFocus) main.current?.focus();
  }, [takeFocus]);

  if (!asked || !reach || !may(me, 'teams.read')) {
    return (
      <main className="alone" id="numbers" ref={main} tabIndex={-1}>
        <Note title="There are no numbers for this account">
          <p>
            It needs the permission to see KPIs. Whoever administers <b>{me.tenant.name}</b> can grant a role that has
            it, such as viewer, manager or agent.
          </p>
        </Note>
      </main>
    );
  }
  const everything = { TENANT: 'All teams', TEAMS: 'My teams', OWN: 'My numbers' }[reach];
  return (
    <div className="frame">
      <TeamList everything={everything} current={view.team} />
      <main id="numbers" ref={main} tabIndex={-1}>
        <div className="head">
          <Roster everything={everything} team={view.team} range={asked.range} people={may(me, 'people.read')} />
          <Filters view={view} question={asked} tenant={me.tenant} />
        </div>
        <Metrics definitions={shown} question={asked} />
        <Trend question={asked} view={view} />
        <Agents question={asked} />
      </main>
      <Tickets question={asked} chosen={view.tickets} />
    </div>
  );
}
