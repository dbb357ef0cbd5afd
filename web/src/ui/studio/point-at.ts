/** A click on a proposal of the picture, where nothing of one's own lies, points at it. */
import { useEffect } from 'react';

import { imagePoint, type ImagePoint, screenPoint } from '../../geometry/point';
import { areaOf, boundsOfShape, edgeDistance, holdsPoint } from '../../geometry/shapes';
import type { Proposal } from '../../editor/proposals';
import type { Desk } from './desk';

const REACH = 5; // screen pixels
const TREMBLE = 4;

/** The smallest of the proposals that a place means. */
export function proposalAt(shown: readonly Proposal[], at: ImagePoint, reach: number): Proposal | null {
  let best: { proposal: Proposal; area: number } | null = null;
  for (const proposal of shown) {
    const { shape } = proposal.annotation;
    if (!shape) continue;
    const { left, top, right, bottom } = boundsOfShape(shape);
    if (at.x < left - reach || at.y < top - reach || at.x > right + reach || at.y > bottom + reach) continue;
    if (!holdsPoint(shape, at) && edgeDistance(shape, at) > reach) continue;
    const area = areaOf(shape);
    if (!best || area < best.area) best = { proposal, area };
  }
  return best?.proposal ?? null;
}

export function usePointing({ editor, hand, flow }: Desk): void {
  useEffect(() => {
    const surface = document.querySelector<HTMLElement>('[data-testid="surface"]');
    let pressed: { x: number; y: number } | null = null;
    const down = ({ button, clientX, clientY, shiftKey }: PointerEvent) => {
      const isPlain = button === 0 && !shiftKey && hand.current.name === 'select' && editor.view.predictions;
      pressed = isPlain ? { x: clientX, y: clientY } : null;
    };
    const up = ({ clientX, clientY }: PointerEvent) => {
      const isClick = pressed && Math.hypot(clientX - pressed.x, clientY - pressed.y) < TREMBLE;
      pressed = null;
      if (!isClick || !surface || editor.selection.ids.size > 0) return;
      const { left, top } = surface.getBoundingClientRect();
      const { x, y } = editor.viewport.toImage(screenPoint(clientX - left, clientY - top));
      const found = proposalAt(flow.proposals.shown(), imagePoint(x, y), REACH / editor.viewport.scale);
      if (found) flow.proposals.focus(found.annotation.id);
    };
    surface?.addEventListener('pointerdown', down);
    surface?.addEventListener('pointerup', up);
    return () => {
      surface?.removeEventListener('pointerdown', down);
      surface?.removeEventListener('pointerup', up);
    };
  }, [editor, hand, flow]);
}
