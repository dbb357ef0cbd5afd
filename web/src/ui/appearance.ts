/**
 * How the pages look: light, dark, in high contrast, or as the system says.
 *
 * Light and dark are Mantine's color schemes. High contrast lies over either, as `data-contrast` on the
 * document: chosen here, it is white on black; asked for by the system, it keeps the system's light or dark.
 */
import { useMantineColorScheme } from '@mantine/core';
import { useSyncExternalStore } from 'react';

import { phrase } from '../language/language';

export type Appearance = 'light' | 'dark' | 'contrast' | 'system';

export const APPEARANCES: readonly { value: Appearance; word: string }[] = [
  { value: 'light', word: phrase('Light') },
  { value: 'dark', word: phrase('Dark') },
  { value: 'contrast', word: phrase('High contrast') },
  { value: 'system', word: phrase('As the system') },
];

const KEPT = 'labelwright.contrast';
const listeners = new Set<() => void>();

type Contrast = 'more' | 'plain' | 'system';

function contrast(): Contrast {
  const kept = localStorage.getItem(KEPT);
  return kept === 'more' || kept === 'plain' ? kept : 'system';
}

function keep(chosen: Contrast): void {
  if (chosen === 'system') localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, chosen);
  apply();
}

function apply(): void {
  const isMore =
    contrast() === 'more' || (contrast() === 'system' && window.matchMedia('(prefers-contrast: more)').matches);
  if (isMore) document.documentElement.dataset.contrast = 'more';
  else delete document.documentElement.dataset.contrast;
  listeners.forEach((listener) => listener());
}

/** At the start of the page, before anything is painted; follows the system and the other tabs from then on. */
export function beginAppearance(): void {
  apply();
  window.matchMedia('(prefers-contrast: more)').addEventListener('change', apply);
  window.addEventListener('storage', ({ key }) => key === KEPT && apply());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAppearance(): [Appearance, (chosen: Appearance) => void] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const kept = useSyncExternalStore(subscribe, contrast);
  const choose = (chosen: Appearance) => {
    keep(chosen === 'contrast' ? 'more' : chosen === 'system' ? 'system' : 'plain');
    setColorScheme(chosen === 'contrast' ? 'dark' : chosen === 'system' ? 'auto' : chosen);
  };
  return [kept === 'more' ? 'contrast' : colorScheme === 'auto' ? 'system' : colorScheme, choose];
}
