/** The categories a person chose last in a project, kept in this browser. */
import { useEffect } from 'react';

import { used } from '../../editor/category-finder';
import { Signal } from '../../editor/signal';
import type { Desk } from './desk';

const placeOf = (project: string) => `labelwright.recent.${project}`;
const changed = new Signal();

export function recentOf(project: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(placeOf(project)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

export const recentChanged = changed;

/** Remembers each category that is chosen. */
export function useRecent({ editor, envelope }: Desk): void {
  const { project } = envelope.task;
  useEffect(
    () =>
      editor.categoryChanged.subscribe(() => {
        const { category } = editor;
        if (!category) return;
        localStorage.setItem(placeOf(project), JSON.stringify(used(recentOf(project), category.id)));
        changed.emit();
      }),
    [editor, project],
  );
}
