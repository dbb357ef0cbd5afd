/** A workflow drawn: stages as boxes, routers as forks, ways as arrows. Boxes are dragged where they please. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

import { t } from '../../language/language';
import { DONE, faultsOf, type Graph, type Node, placesOf, type Way, waysOf } from '../../model/graph';
import { conditionWords, WORK_WORDS } from './words';
import classes from './workflow.module.css';

const [WIDE, TALL, COLUMN, ROW, EDGE] = [176, 56, 244, 104, 28];

interface Props {
  graph: Graph;
  categories: ReadonlyMap<string, string>;
  chosen: string | null;
  onChoose: (id: string | null) => void;
  onPlace?: ((id: string, place: [number, number]) => void) | undefined;
}

export function GraphView({ graph, categories, chosen, onChoose, onPlace }: Props) {
  const places = placesOf(graph);
  const [held, setHeld] = useState<{ id: string; x: number; y: number } | null>(null);
  const at = (id: string) => {
    const { column, row } = places.get(id) ?? { column: 0, row: 0 };
    const moved = held?.id === id ? held : { x: 0, y: 0 };
    return { x: EDGE + column * COLUMN + moved.x, y: EDGE + row * ROW + moved.y };
  };
  const reach = [...places.values()];
  const width = Math.max(...reach.map(({ column }) => column)) * COLUMN + WIDE + EDGE * 2;
  const height = Math.max(...reach.map(({ row }) => row)) * ROW + TALL + EDGE * 2 + 26;
  const wrong = new Set(faultsOf(graph).map(({ node }) => node));
  const drop = (id: string) => {
    if (held && onPlace && Math.hypot(held.x, held.y) > 6) {
      const { column, row } = places.get(id)!;
      const round = (value: number) => Math.max(0, Math.round(value * 2) / 2);
      onPlace(id, [round(column + held.x / COLUMN), round(row + held.y / ROW)]);
    }
    setHeld(null);
  };
  return (
    <div className={classes.canvas} data-testid="graph">
      <svg width={width} height={height} style={{ maxWidth: '100%', height: 'auto' }} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={t('The ways that items go')}>
        <defs>
          <marker id="lw-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path d="M0 0L8 4L0 8z" className={classes.arrow} />
          </marker>
        </defs>
        {waysOf(graph).map((way, index) => (
          <WayLine key={index} way={way} from={at(way.from)} to={at(way.to)} />
        ))}
        {graph.nodes.map((node) => (
          <NodeBox
            key={node.id}
            node={node}
            note={noteOf(node, categories)}
            place={at(node.id)}
            isChosen={chosen === node.id}
            isWrong={wrong.has(node.id)}
            onChoose={() => onChoose(node.id)}
            onMove={onPlace ? (x, y) => setHeld({ id: node.id, x, y }) : undefined}
            onDrop={() => drop(node.id)}
          />
        ))}
        <g transform={`translate(${at(DONE).x} ${at(DONE).y})`}>
          <rect width={84} height={TALL} rx={TALL / 2} className={classes.done} />
          <text x={42} y={TALL / 2 + 5} textAnchor="middle" className={classes.name}>
            {t('Done')}
          </text>
        </g>
      </svg>
    </div>
  );
}

function WayLine({ way, from, to }: { way: Way; from: { x: number; y: number }; to: { x: number; y: number } }) {
  if (way.isReturn) {
    const [x1, x2, low] = [from.x + WIDE / 2, to.x + WIDE / 2, Math.max(from.y, to.y) + TALL + 26];
    return <path d={`M${x1} ${from.y + TALL}C${x1} ${low + 12} ${x2} ${low + 12} ${x2} ${to.y + TALL + 2}`} className={classes.back} markerEnd="url(#lw-arrow)" />;
  }
  const [x1, y1, x2, y2] = [from.x + WIDE, from.y + TALL / 2, to.x - 2, to.y + TALL / 2];
  const bend = Math.max(30, (x2 - x1) / 2);
  return (
    <g>
      <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} className={classes.way} markerEnd="url(#lw-arrow)" />
      {way.labels.length > 0 && (
        <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 6} textAnchor="middle" className={classes.label}>
          {way.labels.map((label) => (label === 0 ? t('else') : label)).join(', ')}
        </text>
      )}
    </g>
  );
}

interface BoxProps {
  node: Node;
  note: string;
  place: { x: number; y: number };
  isChosen: boolean;
  isWrong: boolean;
  onChoose: () => void;
  onMove: ((x: number, y: number) => void) | undefined;
  onDrop: () => void;
}

function NodeBox({ node, note, place, isChosen, isWrong, onChoose, onMove, onDrop }: BoxProps) {
  const start = useRef<{ x: number; y: number } | null>(null);
  const down = (event: PointerEvent) => {
    onChoose();
    if (!onMove) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, y: event.clientY };
  };
  const move = (event: PointerEvent) => {
    if (start.current) onMove?.(event.clientX - start.current.x, event.clientY - start.current.y);
  };
  const up = () => {
    if (!start.current) return;
    start.current = null;
    onDrop();
  };
  const key = (event: KeyboardEvent) => (event.key === 'Enter' || event.key === ' ') && onChoose();
  return (
    <g
      transform={`translate(${place.x} ${place.y})`}
      className={classes.node}
      data-kind={node.kind === 'stage' ? node.work : 'router'}
      data-chosen={isChosen}
      data-wrong={isWrong}
      data-testid={`node-${node.id}`}
      tabIndex={0}
      role="button"
      aria-pressed={isChosen}
      aria-label={`${node.id}: ${note}`}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key}
    >
      <rect width={WIDE} height={TALL} rx={node.kind === 'router' ? 20 : 6} />
      <text x={12} y={23} className={classes.name}>
        {clipped(node.id, 20)}
      </text>
      <text x={12} y={42} className={classes.note}>
        {clipped(note, 24)}
      </text>
      <title>{`${node.id}: ${note}`}</title>
    </g>
  );
}

const clipped = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function noteOf(node: Node, categories: ReadonlyMap<string, string>): string {
  if (node.kind === 'stage') return node.skill ? t('{{work}}, needs {{skill}}', { work: WORK_WORDS[node.work], skill: node.skill }) : WORK_WORDS[node.work];
  const [first] = node.cases;
  if (!first) return t('no cases yet');
  const words = first.when.map((one) => conditionWords(one, categories)).join(', ');
  return node.cases.length > 1 ? t('{{first}}, and {{number}} more', { first: words, number: node.cases.length - 1 }) : words;
}
