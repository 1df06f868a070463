// The drawing of a trend. It is read with the mouse, or with the keyboard as one control that moves from bucket to bucket.

import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import uPlot from 'uplot';
import type { TrendRow } from './buckets';
import { bucket, figure, tick, tickets } from './format';
import type { Question } from './question';
import { useScheme } from './theme';
import { go } from './view';

type Open = ((row: TrendRow) => void) | null;

export function Chart(props: { rows: TrendRow[]; question: Question; open: Open; tail: boolean }) {
  const { rows, question, open, tail } = props;
  const { definition, grain } = question;
  const times = definition.unit === 'SECONDS';
  const [at, setAt] = useState<number | null>(null);
  const [hovered, setHovered] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const plot = usePlot(frame, rows, question, tail);
  const index = Math.min(at ?? rows.length - 1, rows.length - 1);
  const row = rows[index];
  // The line hangs where the figures are told from, under the mouse as under the keyboard.
  useEffect(() => plot?.setCursor({ left: plot.valToPos(index, 'x'), top: 0 }), [plot, index]);
  if (row === undefined) return null;

  const point = ({ clientX }: PointerEvent) => {
    if (plot) setAt(plot.posToIdx(clientX - plot.over.getBoundingClientRect().left));
    setHovered(true);
  };
  const step = (event: KeyboardEvent) => {
    const target = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (target !== undefined) setAt(Math.max(0, Math.min(rows.length - 1, target)));
    else if (event.key === 'Enter' || event.key === ' ') open?.(row);
    else return;
    event.preventDefault();
  };
  const name = bucket(row.bucket, grain) + (row.cut && `, ${row.cut}`);
  const lines = told(row, question);
  return (
    <div className="chart" data-hovered={hovered}>
      <div
        ref={frame}
        role="slider"
        tabIndex={0}
        aria-label={`${definition.title} over time. Arrow keys move${open ? ', Enter shows the tickets' : ''}.`}
        aria-valuemin={1}
        aria-valuemax={rows.length}
        aria-valuenow={index + 1}
        aria-valuetext={`${name}: ${lines.join(', ')}`}
        className="drawing"
        onKeyDown={step}
        onPointerDown={point}
        onPointerMove={point}
        onPointerLeave={() => setHovered(false)}
        onClick={() => open?.(row)}
      />
      <div className="tip" aria-hidden="true" style={besides(plot, index, rows.length)}>
        <b>{name}</b>
        {lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </div>
      <Keys rows={rows} times={times} tail={tail} />
    </div>
  );
}

const CUTS = { 'so far': 'Not over yet', 'part of it': 'Only partly in the range' };

/** What the lines are. The slowest tenth lies so far above the median that it is drawn for who wants it only. */
function Keys({ rows, times, tail }: { rows: TrendRow[]; times: boolean; tail: boolean }) {
  const cuts = [...new Set(rows.flatMap(({ cut }) => cut || []))];
  return (
    <div className="keys">
      {times && (
        <>
          <span className="key key-first" aria-hidden="true">
            Median
          </span>
          <label>
            <input type="checkbox" checked={tail} onChange={() => go({ tail: !tail }, { replace: true })} />
            <span className="key key-second">9 of 10 within</span>
          </label>
        </>
      )}
      {cuts.length > 0 && (
        <span className="key key-partial" aria-hidden="true">
          {cuts.map((cut) => CUTS[cut]).join(', or ')}
        </span>
      )}
    </div>
  );
}

function told(row: TrendRow, { definition: { unit } }: Question): string[] {
  if (row.withheld) return ['withheld'];
  const many = tickets(row.n ?? 0);
  if (unit !== 'SECONDS' || !row.n) return [many];
  return [`median ${figure(row.p50, unit)}`, `9 of 10 within ${figure(row.p90, unit)}`, many];
}

/** Beside the bucket, on the side where there is more room. */
function besides(plot: uPlot | null, index: number, rows: number): CSSProperties {
  const x = plot ? plot.valToPos(index, 'x') + plot.over.offsetLeft : 0;
  return index * 2 < rows ? { left: `${x + 12}px` } : { right: `calc(100% - ${x - 12}px)` };
}

/** Draws anew whenever something that is drawn has changed. */
function usePlot(
  frame: RefObject<HTMLDivElement | null>,
  rows: TrendRow[],
  question: Question,
  tail: boolean,
): uPlot | null {
  const scheme = useScheme();
  const [width, setWidth] = useState(0);
  const [plot, setPlot] = useState<uPlot | null>(null);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, which changes with the scheme
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element || width === 0) return;
    const { options, data } = drawing(element, width, rows, question, tail);
    // Only then does it know where its buckets are.
    options.hooks = { ...options.hooks, ready: [setPlot] };
    const drawn = new uPlot(options, data, element);
    return () => {
      setPlot(null);
      drawn.destroy();
    };
  }, [frame, width, rows, question, tail, scheme]);
  return plot;
}

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const STEPS_OF_TIME = [
  ...[1, 5, 15, 30].flatMap((step) => [step, step * MINUTE]),
  ...[1, 2, 4, 6, 12].map((step) => step * HOUR),
  ...[1, 2, 3, 5, 10, 20, 50, 100, 200, 500].map((step) => step * DAY),
].sort((a, b) => a - b);
const STEPS_OF_COUNT = [0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

function drawing(element: HTMLElement, width: number, rows: TrendRow[], question: Question, tail: boolean) {
  const { definition, grain } = question;
  const times = definition.unit === 'SECONDS';
  const line = times || definition.metric === 'BACKLOG';
  const ink = inkOf(element);
  const [first, second] = [ink('--first'), ink('--second')];
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const every = Math.ceil((rows.length * 84) / width);
  const value = (pick: (row: TrendRow) => number | null) => rows.map((row) => (row.withheld ? null : pick(row)));

  const main: uPlot.Series = line
    ? { stroke: first, width: 2, fill: ink('--first-soft'), points: { size: 6, fill: first, filter: dots } }
    : { fill: first, width: 0, paths: bars(), points: { show: false } };
  const options: uPlot.Options = {
    width,
    height: width < 480 ? 220 : 300,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: line } },
    scales: {
      x: { time: false, range: [-0.5, rows.length - 0.5] },
      y: { range: (_plot, _low, high) => [0, Math.max(high * 1.08, times ? 60 : 4)] },
    },
    axes: [
      {
        font,
        stroke: ink('--quiet'),
        grid: { show: false },
        ticks: { show: false },
        size: 32,
        splits: () => rows.map((_, index) => index).filter((index) => index % every === 0),
        values: (_plot, splits) => splits.map((index) => tick(rows[index]?.bucket ?? '', grain)),
      },
      {
        font,
        stroke: ink('--quiet'),
        grid: { stroke: ink('--line'), width: 1 },
        ticks: { show: false },
        size: 76,
        space: 44,
        incrs: times ? STEPS_OF_TIME : STEPS_OF_COUNT,
        values: (_plot, splits) => splits.map((split) => figure(split, definition.unit)),
      },
    ],
    series: [{}, main],
    hooks: { drawClear: [(plot) => shade(plot, rows, ink('--shade'))] },
  };
  const data: uPlot.AlignedData = [
    rows.map((_, index) => index),
    value((row) => (times ? row.p50 : row.n)),
    ...(times && tail ? [value(({ p90 }) => p90)] : []),
  ];
  if (times && tail) options.series.push({ stroke: second, width: 2, dash: [6, 4], points: { show: false } });
  return { options, data };
}

/** Points where there is room for them, and wherever a figure has no neighbour to draw a line to. */
function dots(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const told = (index: number) => (values[index] ?? null) !== null;
  const few = values.length < 60;
  return [...values.keys()].filter((index) => told(index) && (few || !(told(index - 1) || told(index + 1))));
}

function bars(): uPlot.Series.PathBuilder {
  const bars = uPlot.paths.bars;
  if (!bars) throw new Error('uPlot comes without bars');
  return bars({ size: [0.7, 56], radius: 0.15 });
}

/** Marks the buckets that are not whole. */
function shade(plot: uPlot, rows: TrendRow[], colour: string): void {
  plot.ctx.fillStyle = colour;
  rows.forEach(({ cut }, index) => {
    if (!cut) return;
    const left = plot.valToPos(index - 0.5, 'x', true);
    const right = plot.valToPos(index + 0.5, 'x', true);
    plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
  });
}

/** Reads the colours of tokens.css as they are just now: a canvas does not know them by name. */
function inkOf(element: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement('i');
    probe.style.color = `var(${token})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}
