/** How things are shown, without changing what they are. */
import { Signal } from './signal';

export class View {
  readonly changed = new Signal();
  brightness = 1;
  contrast = 1;
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

  set(values: Partial<Pick<View, 'brightness' | 'contrast' | 'names' | 'patterns' | 'predictions' | 'fill'>>): void {
    Object.assign(this, values);
    this.changed.emit();
  }

  toggle(which: 'hidden' | 'hiddenCategories' | 'locked', id: string): void {
    const set = this[which];
    if (!set.delete(id)) set.add(id);
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

  /** As a CSS filter. */
  get filter(): string {
    if (this.brightness === 1 && this.contrast === 1) return 'none';
    return `brightness(${this.brightness}) contrast(${this.contrast})`;
  }
}
