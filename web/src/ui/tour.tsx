/** The tour of four hints: from the first box to the export. Each is seen once, and can be waved away. */
import { Button, CloseButton, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

import { phrase, t } from '../language/language';
import { firstKey } from './studio/own-keys';
import classes from './studio/studio.module.css';

interface Hint {
  id: string;
  anchor: string;
  title: string;
  text: string;
  /** The actions whose keys fill the blanks of the text, as the person has them. */
  keys?: Readonly<Record<string, string>>;
}

export const HINTS: readonly Hint[] = [
  {
    id: 'draw',
    anchor: 'tools',
    title: phrase('1 of 4: Draw a box'),
    text: phrase('Press {{box}}, choose a category by its key, and drag over a cell. Undo with {{undo}} as far back as you like.'),
    keys: { box: 'tool.box', undo: 'edit.undo' },
  },
  {
    id: 'correct',
    anchor: 'predictions',
    title: phrase('2 of 4: Let a model go first'),
    text: phrase('Dashed shapes are predictions. {{one}} accepts the one shown, {{all}} all; then correct what is wrong.'),
    keys: { one: 'edit.prediction', all: 'edit.predictions' },
  },
  {
    id: 'submit',
    anchor: 'submit',
    title: phrase('3 of 4: Submit'),
    text: phrase('Everything is saved as you draw. {{submit}} hands the item in for review; the next one is there at once.'),
    keys: { submit: 'task.submit' },
  },
  {
    id: 'export',
    anchor: 'export',
    title: phrase('4 of 4: Release and export'),
    text: phrase('Freeze what is done as a release, and take it along as COCO, Pascal VOC or YOLO.'),
  },
];

const keyOf = (member: string) => `labelwright.tour.${member}`;

function seenBy(member: string): Set<string> {
  return new Set((localStorage.getItem(keyOf(member)) ?? '').split(',').filter(Boolean));
}

/** Shows the first hint that was not seen and whose place is on this page. */
export function Tour({ member }: { member: string }) {
  const [seen, setSeen] = useState(() => seenBy(member));
  const [place, setPlace] = useState<{ hint: Hint; left: number; top: number } | null>(null);

  useEffect(() => {
    const find = () => {
      const hint = HINTS.find((entry) => !seen.has(entry.id) && anchorOf(entry) !== null);
      const anchor = hint && anchorOf(hint);
      setPlace(hint && anchor ? { hint, ...beside(anchor.getBoundingClientRect()) } : null);
    };
    const soon = setTimeout(find, 400);
    window.addEventListener('resize', find);
    return () => {
      clearTimeout(soon);
      window.removeEventListener('resize', find);
    };
  }, [seen]);

  const mark = (ids: string[]) => {
    const next = new Set([...seen, ...ids]);
    localStorage.setItem(keyOf(member), [...next].join(','));
    setPlace(null);
    setSeen(next);
  };
  if (!place) return null;
  return (
    <div className={classes.hint} style={{ left: place.left, top: place.top }} role="dialog" aria-label={t(place.hint.title)} data-testid="tour">
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Text size="sm" fw={650}>
          {t(place.hint.title)}
        </Text>
        <CloseButton size="sm" aria-label={t('End the tour')} onClick={() => mark(HINTS.map((hint) => hint.id))} />
      </Group>
      <Text size="sm" mb="sm">
        {t(place.hint.text, keysOf(place.hint))}
      </Text>
      <Button size="compact-sm" onClick={() => mark([place.hint.id])} data-testid="tour-next">
        {t('Got it')}
      </Button>
    </div>
  );
}

function keysOf({ keys = {} }: Hint): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([blank, action]) => [blank, firstKey(action) ?? '…']));
}

function anchorOf(hint: Hint): Element | null {
  return document.querySelector(`[data-tour="${hint.anchor}"]`);
}

function beside(anchor: DOMRect): { left: number; top: number } {
  const [width, height] = [300, 150];
  const narrow = anchor.width < 200;
  const onLeft = anchor.left < window.innerWidth / 2;
  const below = anchor.top < 60 && !onLeft;
  // Beside its place, on the side where there is room, so that it covers nothing that it speaks of.
  const left = below ? anchor.right - width : !narrow ? anchor.left : onLeft ? anchor.right + 12 : anchor.left - width - 90;
  const top = below || !narrow ? anchor.bottom + 12 : anchor.top;
  return {
    left: Math.max(12, Math.min(window.innerWidth - width - 12, left)),
    top: Math.max(12, Math.min(window.innerHeight - height - 12, top)),
  };
}
