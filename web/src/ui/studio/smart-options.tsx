/** How the smart tool in use is set, what it is waiting for, and what became of its last proposal. */
import { Group, Loader, SegmentedControl, Slider, Switch, Text } from '@mantine/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';

import { LIMITS, type Prompting, type Proposal, type Result } from '../../editor/prompting';
import { phrase, t } from '../../language/language';
import { shapesOf } from '../../model/ontology';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const SETTINGS = {
  wand: { name: 'tolerance', title: phrase('Tolerance'), unit: '' },
  superpixels: { name: 'superpixel', title: phrase('Size'), unit: ' px' },
} as const;

const NOTHING_FOUND = phrase('Nothing stands out in the box: say with a stroke what belongs to the object.');

/** Notes come in English from the worker that finds the outlines; it has no catalogue. */
function noteWords({ note, grain = 1 }: Proposal): string | undefined {
  if (!note || note === NOTHING_FOUND) return note && t(NOTHING_FOUND);
  return t('Found at 1:{{grain}} of the picture; look closer for a finer outline.', { grain: grain.toFixed(1) });
}

export function SmartOptions({ desk }: { desk: Desk }) {
  const { editor, hand } = desk;
  const { prompting } = hand;
  useSignal(hand.turned, editor.categoryChanged);
  useSaid(prompting);
  if (!hand.current.smart) return null;
  const { name } = hand.current;
  const { settings, current, error, told } = prompting;
  const setting = name === 'wand' || name === 'superpixels' ? SETTINGS[name] : null;
  const kinds = editor.category ? shapesOf(editor.category) : [];
  const hasChoice = kinds.includes('mask') && kinds.includes('polygon');
  const words = error ?? (current && noteWords(current)) ?? told;
  return (
    <div className={classes.options} data-testid="smart-options" onPointerDown={(event) => event.stopPropagation()}>
      <Group gap="md" wrap="nowrap">
        {setting && (
          <Group gap={8} wrap="nowrap">
            <Text size="xs">{t(setting.title)}</Text>
            <Slider
              w={130}
              size="sm"
              min={LIMITS[setting.name][0]}
              max={LIMITS[setting.name][1]}
              value={settings[setting.name]}
              label={(value) => `${value}${setting.unit}`}
              aria-label={t(setting.title)}
              onChange={(value) => prompting.tune({ [setting.name]: value })}
            />
            <Text size="xs" w={28} ta="right" data-testid="smart-value">
              {settings[setting.name]}
            </Text>
          </Group>
        )}
        {name === 'wand' && (
          <Switch
            size="xs"
            label={t('Fill holes')}
            styles={{ label: { whiteSpace: 'nowrap' } }}
            checked={settings.fillHoles}
            onChange={(event) => prompting.tune({ fillHoles: event.currentTarget.checked })}
          />
        )}
        {hasChoice && (
          <SegmentedControl
            size="xs"
            aria-label={t('What it becomes')}
            data={[
              { value: 'auto', label: t('As fits') },
              { value: 'mask', label: t('Mask') },
              { value: 'polygon', label: t('Polygon') },
            ]}
            value={settings.result}
            onChange={(result) => prompting.tune({ result: result as Result })}
          />
        )}
        <Busy prompting={prompting} />
        {words && (
          <Text size="xs" c={error ? 'var(--lw-returned)' : 'dimmed'} role={error ? 'alert' : 'status'} data-testid="smart-words" maw={340} lineClamp={error ? 4 : 2}>
            {words}
          </Text>
        )}
        {!words && !setting && !hasChoice && (
          <Text size="xs" c="dimmed">
            {current?.shape ? t('Enter takes it, Escape drops it.') : t('Nothing is proposed yet.')}
          </Text>
        )}
      </Group>
    </div>
  );
}

/** Draws anew when what is said or set changes, not with every proposal that follows the pointer. */
function useSaid(prompting: Prompting): void {
  const { changed } = prompting;
  useSyncExternalStore(changed.subscribe, () => {
    const { settings, current, error, told } = prompting;
    return JSON.stringify([settings, current?.note, current?.shape != null, error, told]);
  });
}

const NOTICED = 250; // milliseconds: a shorter wait is no wait

/** Turns while an answer takes longer than one notices. Shown and hidden past React, at pointer speed. */
function Busy({ prompting }: { prompting: Prompting }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (visibility: 'visible' | 'hidden') => place.current && (place.current.style.visibility = visibility);
    const look = () => {
      if (!prompting.busy) {
        clearTimeout(timer);
        timer = undefined;
        show('hidden');
      } else timer ??= setTimeout(() => show('visible'), NOTICED);
    };
    const stop = prompting.changed.subscribe(look);
    look();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [prompting]);
  return (
    <span ref={place} style={{ display: 'inline-flex', visibility: 'hidden' }} data-testid="smart-busy" role="status" aria-label={t('Waiting for a proposal')}>
      <Loader size={14} />
    </span>
  );
}
