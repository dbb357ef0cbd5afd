/** Gives the painter what it shows beside the annotations: proposals in the look of their layers, issues. */
import { useCallback, useEffect, useRef } from 'react';

import { dressOf, type Layer } from '../../editor/proposals';
import type { Extras, Renderer } from '../../render/renderer';
import type { Annotation } from '../../wire';
import type { Desk } from './desk';

/** Takes the painter when there is one, and keeps it informed. */
export function useAccompaniment(desk: Desk): (renderer: Renderer | null) => void {
  const renderer = useRef<Renderer | null>(null);
  const told = useRef<Extras | null>(null);
  const dressed = useRef<{ layers: readonly Layer[]; dress: Extras['dress'] } | null>(null);

  const refresh = useCallback(() => {
    const { proposals } = desk.flow;
    if (dressed.current?.layers !== proposals.layers) {
      dressed.current = { layers: proposals.layers, dress: dressing(proposals.layers) };
    }
    const shown = proposals.shown();
    const before = told.current;
    const same = before && lists.get(shown) === before.predictions;
    const next: Extras = {
      predictions: same ? before.predictions : listOf(shown),
      focused: proposals.focused?.annotation.id ?? null,
      issues: desk.issues,
      dress: dressed.current.dress,
    };
    const isOld = same && before.focused === next.focused && before.issues === next.issues && before.dress === next.dress;
    if (!renderer.current || isOld) return;
    told.current = next;
    renderer.current.accompany(next);
  }, [desk]);

  useEffect(() => {
    const signals = [desk.editor.store.changed, desk.flow.proposals.changed, desk.issuesChanged];
    const stops = signals.map((signal) => signal.subscribe(refresh));
    refresh();
    return () => stops.forEach((stop) => stop());
  }, [desk, refresh]);

  return useCallback(
    (made) => {
      renderer.current = made;
      told.current = null;
      refresh();
    },
    [refresh],
  );
}

const lists = new WeakMap<readonly { annotation: Annotation }[], readonly Annotation[]>();

function listOf(shown: readonly { annotation: Annotation }[]): readonly Annotation[] {
  let list = lists.get(shown);
  if (!list) lists.set(shown, (list = shown.map(({ annotation }) => annotation)));
  return list;
}

function dressing(layers: readonly Layer[]): Extras['dress'] {
  const shown = layers.filter((layer) => layer.shown);
  const owner = new Map(shown.flatMap((layer) => layer.annotations.map((annotation) => [annotation, layer] as const)));
  return (annotation, color) => {
    const layer = owner.get(annotation);
    if (!layer) return { color, dash: [6, 4] };
    const worn = dressOf(layer, color, shown.length === 1);
    // A line under a faint one would be seen more than the line itself.
    return layer.opacity < 1 ? { ...worn, halo: { color: '#00000000', width: 0 } } : worn;
  };
}
