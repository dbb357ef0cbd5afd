/** How things are shown, without changing what they are. */
import { adjusted, type Adjustments, PLAIN } from './adjustments';
import { Signal } from './signal';

export class View {
  readonly changed = new Signal();
  /** Only the picture is shown otherwise; annotations are as they were. */
  readonly pictureChanged = new Signal();
  /** How the picture is shown. */
  adjustments: Adjustments = PLAIN;
  names = false;
  /** Hatches beside colors. */
  patterns = false;
  predictions = true;
  fill = 0.16;
  readonly hidden = new Set<string>();
  readonly hiddenCategories = new Set<string>();
  readonly locked = new Set<string>();
  /** Put aside so that a few stand alone; what is drawn meanwhile is seen. Null while nothing is. */
  aside: ReadonlySet<string> | null = null;

  set(values: Partial<Pick<View, 'names' | 'patterns' | 'predictions' | 'fill'>>): void {
    Object.assign(this, values);
    this.changed.emit();
  }

  adjust(values: Partial<Adjustments>): void {
    this.adjustments = adjusted(this.adjustments, values);
    this.pictureChanged.emit();
  }

  toggle(which: 'hidden' | 'hiddenCategories' | 'locked', id: string): void {
    const set = this[which];
    if (!set.delete(id)) set.add(id);
    this.changed.emit();
  }

  /** Hide or lock many at once, or take it back where all of them are. */
  toggleAll(which: 'hidden' | 'locked', ids: ReadonlySet<string>): void {
    const set = this[which];
    const all = [...ids].every((id) => set.has(id));
    for (const id of ids) {
      if (all) set.delete(id);
      else set.add(id);
    }
    this.changed.emit();
  }

  /** Put some aside, or bring all back. */
  putAside(ids: Iterable<string> | null): void {
    this.aside = ids && new Set(ids);
    this.changed.emit();
  }

  showAll(): void {
    this.aside = null;
    this.hidden.clear();
    this.hiddenCategories.clear();
    this.changed.emit();
  }

  shows(annotation: { id: string; category: string }): boolean {
    const { id, category } = annotation;
    return !this.hidden.has(id) && !this.hiddenCategories.has(category) && !this.aside?.has(id);
  }
}
