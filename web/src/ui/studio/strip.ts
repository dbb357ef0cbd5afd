/**
 * The items of a project in their order, read in parts as they are looked at.
 *
 * What is known is kept from item to item, and asked for anew behind what is seen.
 */
import { api } from '../../api';
import { Signal } from '../../editor/signal';
import { t } from '../../language/language';
import type { Item, Page, Project, Stage } from '../../wire';
import { atLeast } from '../words';

const PART = 60;
const FARTHEST = 600; // items that are looked through for the next one that is open

type Listing = Page<Item> & { start: number; total: number };

export class Strip {
  readonly changed = new Signal();
  total = 0;
  private readonly known = new Map<number, Item>();
  private asked = new Set<number>();

  constructor(private readonly project: string) {}

  /** The item at a place; if it is not known yet it is asked for. */
  at(index: number): Item | null {
    void this.read(Math.floor(index / PART));
    return this.known.get(index) ?? null;
  }

  /** Ask anew for what is looked at from now on. */
  refresh(): void {
    this.asked = new Set();
    this.changed.emit();
  }

  /** The place of an item. */
  async find(item: string): Promise<number> {
    const listing = await this.ask({ around: item, limit: PART });
    this.keep(listing);
    return listing.start + Math.max(0, listing.items.findIndex(({ id }) => id === item));
  }

  /** The nearest item before or after one that suits; null if there is none within reach. */
  async neighbor(item: string, by: 1 | -1, suits: (item: Item) => boolean): Promise<Item | null> {
    const from = await this.find(item);
    for (let n = 1; n <= FARTHEST; n++) {
      const index = from + n * by;
      if (index < 0 || index >= this.total) return null;
      if (!this.known.has(index)) await this.read(Math.floor(index / PART));
      const found = this.known.get(index);
      if (found && suits(found)) return found;
    }
    return null;
  }

  private async read(part: number): Promise<void> {
    if (this.asked.has(part)) return;
    this.asked.add(part);
    try {
      this.keep(await this.ask({ offset: part * PART, limit: PART }));
    } catch {
      this.asked.delete(part); // asked again when it is looked at again
    }
  }

  private ask(query: Record<string, string | number>): Promise<Listing> {
    return api.get<Listing>(`/projects/${this.project}/items`, query);
  }

  private keep({ items, start, total }: Listing): void {
    items.forEach((item, index) => this.known.set(start + index, item));
    this.total = total;
    this.changed.emit();
  }
}

let latest: { project: string; strip: Strip } | null = null;

/** The strip of a project, as it was left. */
export function stripOf(project: string): Strip {
  if (latest?.project !== project) latest = { project, strip: new Strip(project) };
  return latest.strip;
}

export const stageOf = ({ state }: Item): Stage => (state === 'review' || state === 'adjudicate' ? state : 'annotate');

/** Why an item cannot be opened in the studio, or null. */
export function closedTo(item: Item, { role }: Project, member: string): string | null {
  const reviews = atLeast(role, 'reviewer');
  if (!reviews && item.state === 'review') return t('waits for review');
  if (!item.task) return item.state === 'skipped' ? 'skipped' : 'done';
  if (reviews) return null;
  if (item.held_by && item.held_by !== member) return t('somebody works on it');
  return item.assigned_to && item.assigned_to !== member ? t('is for somebody else') : null;
}
