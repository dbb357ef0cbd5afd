/** How things are shown, without changing what they are. */
import { Signal } from './signal';

export class View {
  readonly changed = new Signal();
  brightness = 1;
  contrast = 1;
  names = false;
  predictions = true;
  fill = 0.16;
  readonly hidden = new Set<string>();
  readonly hiddenCategories = new Set<string>();
  readonly locked = new Set<string>();

  set(values: Partial<Pick<View, 'brightness' | 'contrast' | 'names' | 'predictions' | 'fill'>>): void {
    Object.assign(this, values);
    this.changed.emit();
  }

  toggle(which: 'hidden' | 'hiddenCategories' | 'locked', id: string): void {
    const set = this[which];
    if (!set.delete(id)) set.add(id);
    this.changed.emit();
  }

  showAll(): void {
    this.hidden.clear();
    this.hiddenCategories.clear();
    this.changed.emit();
  }

  shows(annotation: { id: string; category: string }): boolean {
    return !this.hidden.has(annotation.id) && !this.hiddenCategories.has(annotation.category);
  }

  /** As a CSS filter. */
  get filter(): string {
    if (this.brightness === 1 && this.contrast === 1) return 'none';
    return `brightness(${this.brightness}) contrast(${this.contrast})`;
  }
}
