// Which stretch of time, and whose clock.

import { useState } from 'react';
import type { FrameQuery } from './api/operations';
import { addDays, isDay, isZone, PRESETS, type Preset } from './dates';
import { type Question, rangeInWords } from './question';
import { go, type View } from './view';

type Tenant = FrameQuery['me']['tenant'];

export function Filters({ view, question, tenant }: { view: View; question: Question; tenant: Tenant }) {
  const { from, to } = question.range;
  const last = addDays(to, -1);
  const custom = typeof view.range !== 'string';
  return (
    <fieldset className="filters">
      <legend className="unseen">Time</legend>
      <label>
        Range
        <select
          value={custom ? 'custom' : view.range}
          onChange={({ target }) => go({ range: target.value === 'custom' ? [from, last] : (target.value as Preset) })}
        >
          {Object.entries(PRESETS).map(([preset, name]) => (
            <option key={preset} value={preset}>
              Last {name}
            </option>
          ))}
          <option value="custom">From … to …</option>
        </select>
      </label>
      {custom ? (
        <Days key={`${from} ${last}`} first={from} last={last} />
      ) : (
        <p className="range">{rangeInWords(question.range)}</p>
      )}
      <ZonePicker zone={question.zone} tenant={tenant} />
    </fieldset>
  );
}

/** Takes effect once both days are days and in order, so that half-typed ones ask nothing. */
function Days({ first, last }: { first: string; last: string }) {
  const [typed, setTyped] = useState([first, last] as const);
  const change = (from: string, to: string) => {
    setTyped([from, to]);
    if (isDay(from) && isDay(to) && from <= to && from >= '1900') go({ range: [from, to] }, { replace: true });
  };
  const backwards = isDay(typed[0]) && isDay(typed[1]) && typed[0] > typed[1];
  return (
    <>
      <label>
        First day
        <input type="date" value={typed[0]} onChange={({ target }) => change(target.value, typed[1])} />
      </label>
      <label>
        Last day
        <input
          type="date"
          value={typed[1]}
          aria-invalid={backwards}
          onChange={({ target }) => change(typed[0], target.value)}
        />
      </label>
      <p className="problem" role="status">
        {backwards && 'The last day is before the first.'}
      </p>
    </>
  );
}

function ZonePicker({ zone, tenant }: { zone: string; tenant: Tenant }) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const near = [...new Set([tenant.timeZone, here, zone, 'UTC'])].filter(isZone);
  return (
    <label>
      Days begin in
      <select
        value={zone}
        onChange={({ target }) => go({ zone: target.value === tenant.timeZone ? null : target.value })}
      >
        <optgroup label="At hand">
          {near.map((name) => (
            <option key={name} value={name}>
              {zoneName(name)}
              {name === tenant.timeZone && ` (${tenant.name})`}
            </option>
          ))}
        </optgroup>
        <optgroup label="Everywhere">
          {Intl.supportedValuesOf('timeZone')
            .filter((name) => !near.includes(name))
            .map((name) => (
              <option key={name} value={name}>
                {zoneName(name)}
              </option>
            ))}
        </optgroup>
      </select>
    </label>
  );
}

function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}
