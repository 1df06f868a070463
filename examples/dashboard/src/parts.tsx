// Small parts that several places need.

import { type ReactNode, useId } from 'react';
import type { Asked, Problem } from './api/client';
import { go } from './view';

/** Some of which one is chosen; arrow keys move, as in any group of radio buttons. */
export function Choice<T extends string>(props: {
  legend: string;
  options: readonly (readonly [T, ReactNode])[];
  value: T;
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend className="unseen">{props.legend}</legend>
      {props.options.map(([value, label]) => (
        <label key={value}>
          <input type="radio" name={name} checked={value === props.value} onChange={() => props.onChange(value)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Where something would be if there were any: why there is nothing, and what to do. */
export function Note({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="note">
      <p className="note-title">{title}</p>
      {children}
    </div>
  );
}

/** What was asked for: a placeholder until it is there, and why it is not where it was refused. */
export function Answer<Data>(props: { asked: Asked<Data>; rows: number; children: (data: Data) => ReactNode }) {
  const { data, problem, busy, retry } = props.asked;
  if (problem) return <Refusal problem={problem} retry={retry} />;
  if (data === undefined) return <Placeholder rows={props.rows} />;
  return (
    <div className="answer" aria-busy={busy}>
      {props.children(data)}
    </div>
  );
}

export function Placeholder({ rows }: { rows: number }) {
  return (
    <div className="placeholder" aria-busy="true">
      <span className="unseen">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all are alike
        <i key={row} />
      ))}
    </div>
  );
}

/** The numbers are right as far as they go, and will move. */
export function Pending({ pending }: { pending: boolean }) {
  return (
    <p className="pending" role="status">
      {pending && 'New tickets are being counted. These numbers will move by themselves.'}
    </p>
  );
}

/** Why there is no answer, and the way on from there. */
export function Refusal({ problem, retry }: { problem: Problem; retry: () => void }) {
  const { title, text, way } = explain(problem, retry);
  return (
    <div className="note" role="alert">
      <p className="note-title">{title}</p>
      <p>{text}</p>
      {problem.requestId && (
        <p className="quiet">
          Request <code>{problem.requestId}</code>
        </p>
      )}
      {way}
    </div>
  );
}

function explain({ code, message }: Problem, retry: () => void): { title: string; text: string; way: ReactNode } {
  const again = (
    <button type="button" className="button" onClick={retry}>
      Try again
    </button>
  );
  const start = (
    <button type="button" className="button" onClick={() => go({ team: null, range: '12w', grain: null, zone: null })}>
      Show everything of the last 12 weeks
    </button>
  );
  switch (code) {
    case 'unreachable':
      return {
        title: 'No answer',
        text: 'Plumbline cannot be reached. It may be restarting, or your connection is down.',
        way: again,
      };
    case 'unavailable':
    case 'contended':
    case 'limited':
      return { title: 'Not right now', text: sentence(message), way: again };
    case 'forbidden':
      return { title: 'Not for this account', text: sentence(message), way: null };
    case 'not_found':
      return { title: 'Not there', text: 'It does not exist, or it is not yours to see.', way: start };
    case 'invalid':
      return { title: 'This cannot be asked', text: sentence(message), way: start };
    default:
      return { title: 'Something went wrong', text: sentence(message), way: again };
  }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}
