/** The drawing surface: two canvases, and the hand's events turned into the editor's terms. */
import { useEffect, useRef, useState } from 'react';

import { t } from '../../language/language';
import type { Picture } from '../../render/picture';
import { Renderer } from '../../render/renderer';
import type { Desk } from './desk';
import { listen } from './pointers';
import classes from './studio.module.css';
import { SharpnessNote } from './sharpness';
import { SmartOptions } from './smart-options';
import { ToolOptions } from './tool-options';

interface Props {
  desk: Desk;
  spaceHeld: { readonly current: boolean };
  onRenderer: (renderer: Renderer | null) => void;
  /** A click while an issue is being pinned. */
  onPin: ((x: number, y: number) => void) | null;
}

export function Surface({ desk, spaceHeld, onRenderer, onPin }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  const pin = useRef(onPin);
  pin.current = onPin;
  const [failure, setFailure] = useState<string | null>(null);
  const [ready, setReady] = useState(false);
  const [picture, setPicture] = useState<Picture | null>(null);

  useEffect(() => {
    const { editor, hand } = desk;
    const draws = () => hand.current.draws !== undefined && !editor.readOnly;
    const renderer = new Renderer(editor, () => hand.preview(), draws, base.current!, top.current!);
    onRenderer(renderer);
    let closed = false;
    desk.picture.then(
      (picture) => {
        if (closed) return;
        renderer.show(picture);
        setPicture(picture);
        setReady(true);
      },
      (error: Error) => closed || setFailure(error.message),
    );
    const element = frame.current!;
    const observer = new ResizeObserver(() => {
      editor.viewport.resize(element.clientWidth, element.clientHeight);
    });
    observer.observe(element);
    const stopHand = hand.changed.subscribe(() => renderer.schedule());
    const stopEvents = listen(element, desk, renderer, spaceHeld, pin);
    return () => {
      closed = true;
      observer.disconnect();
      stopHand();
      stopEvents();
      renderer.close();
      onRenderer(null);
    };
  }, [desk, onRenderer, spaceHeld]);

  return (
    <div
      ref={frame}
      className={classes.surface}
      data-testid="surface"
      data-ready={ready}
      data-tour="surface"
      tabIndex={0}
      aria-label={t('Drawing surface: {{name}}', { name: desk.envelope.item.name })}
      style={onPin ? { cursor: 'crosshair' } : undefined}
    >
      <canvas ref={base} />
      <canvas ref={top} />
      <ToolOptions desk={desk} />
      <SmartOptions desk={desk} />
      {picture && <SharpnessNote picture={picture} />}
      {failure && (
        <div className={classes.failure} role="alert">
          {t('{{failure}} You can still see and correct its annotations, or skip it.', { failure })}
        </div>
      )}
    </div>
  );
}
