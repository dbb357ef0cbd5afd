/** What a rule looks at: the annotations of one item, by category and by place, kept up as they change. */
import type { Bounds } from '../geometry/bounds';
import { grown } from '../geometry/bounds';
import { Figure } from '../geometry/figure';
import { Tree } from '../geometry/tree';
import type { Annotation, AttributeValue, Ontology, Rule, Shape } from '../wire';

export class RuleScene {
  readonly image: Figure;
  private readonly byId = new Map<string, Annotation>();
  private readonly places = new Map<string, number>();
  private nextPlace = 0;
  private readonly byCategory = new Map<string, Set<string>>();
  private readonly tree = new Tree();
  // Shapes are values: what was measured of one stays true.
  private readonly figures = new WeakMap<Shape, Figure>();
  private readonly categories: Map<string, string>;
  private readonly attributes: Map<string, string>;
  private readonly relations: Map<string, string>;

  constructor(ontology: Ontology, width: number, height: number) {
    this.image = new Figure({ kind: 'box', left: 0, top: 0, right: width, bottom: height });
    const categories = ontology.categories ?? [];
    this.categories = new Map(categories.map(({ id, name }) => [id, name]));
    this.attributes = new Map(
      categories.flatMap(({ id, attributes }) => (attributes ?? []).map((spec) => [`${id} ${spec.id}`, spec.name])),
    );
    this.relations = new Map((ontology.relations ?? []).map(({ id, name }) => [id, name]));
  }

  get(id: string): Annotation | undefined {
    return this.byId.get(id);
  }

  /** Put an annotation, or take the one of an id away. */
  set(id: string, annotation: Annotation | null): void {
    const before = this.byId.get(id);
    // What keeps its category keeps its place among the others, so that lists stay nearly sorted.
    if (before && before.category !== annotation?.category) this.byCategory.get(before.category)?.delete(id);
    if (!annotation) {
      this.byId.delete(id);
      this.places.delete(id);
      this.tree.delete(id);
      return;
    }
    if (!before) this.places.set(id, this.nextPlace++);
    this.byId.set(id, annotation);
    const own = this.byCategory.get(annotation.category);
    if (own) own.add(id);
    else this.byCategory.set(annotation.category, new Set([id]));
    if (!annotation.shape) this.tree.delete(id);
    else if (before?.shape !== annotation.shape) this.tree.put(id, this.figureOf(annotation.shape).bounds);
  }

  /** Put many at once, which is faster. */
  load(annotations: readonly Annotation[]): void {
    for (const annotation of annotations) this.set(annotation.id, { ...annotation, shape: null });
    for (const annotation of annotations) this.byId.set(annotation.id, annotation);
    this.tree.load(annotations.flatMap(({ id, shape }) => (shape ? [[id, this.figureOf(shape).bounds] as const] : [])));
  }

  /** The annotations of some categories, in order. */
  of(categories: readonly string[]): Annotation[] {
    const found: Annotation[] = [];
    for (const category of new Set(categories)) {
      for (const id of this.byCategory.get(category) ?? []) found.push(this.byId.get(id)!);
    }
    return found.sort((a, b) => this.order(a.id) - this.order(b.id));
  }

  /** The annotations that a rule is about: of its categories, and as its conditions want them. */
  meant(rule: Rule): Annotation[] {
    return this.of(rule.categories).filter((annotation) => this.isMeant(rule, annotation));
  }

  isMeant(rule: Rule, annotation: Annotation): boolean {
    return rule.categories.includes(annotation.category) && meets(rule.when ?? {}, annotation.attributes ?? {});
  }

  /** Others of the categories whose bounds come as near as `reach` pixels, in order. */
  near(annotation: Annotation, categories: readonly string[], reach: number): Annotation[] {
    const bounds = this.figureOf(annotation.shape!).bounds;
    return this.within(bounds, categories, reach).filter(({ id }) => id !== annotation.id);
  }

  within(bounds: Bounds, categories: readonly string[], reach: number): Annotation[] {
    const found = [...this.tree.near(grown(bounds, reach))].map((id) => this.byId.get(id)!);
    return found
      .filter(({ category }) => categories.includes(category))
      .sort((a, b) => this.order(a.id) - this.order(b.id));
  }

  figureOf(shape: Shape): Figure {
    let figure = this.figures.get(shape);
    if (!figure) this.figures.set(shape, (figure = new Figure(shape)));
    return figure;
  }

  order(id: string): number {
    return this.places.get(id) ?? Infinity;
  }

  /** The name of its category, in quotes. */
  name(annotation: Annotation): string {
    return this.names([annotation.category]);
  }

  /** The names of categories, in quotes. */
  names(ids: readonly string[]): string {
    return ids.map((id) => `“${this.categories.get(id) ?? id}”`).join(' / ');
  }

  attributeName(annotation: Annotation, attribute: string): string {
    return `“${this.attributes.get(`${annotation.category} ${attribute}`) ?? attribute}”`;
  }

  relationName(relation: string): string {
    return `“${this.relations.get(relation) ?? relation}”`;
  }
}

/** Whether attribute values meet every condition; one without an answer meets none. */
export function meets(when: Record<string, AttributeValue>, attributes: Record<string, AttributeValue>): boolean {
  return Object.entries(when).every(([spec, wanted]) => {
    const value = attributes[spec];
    if (value === undefined || value === null) return false;
    const held = Array.isArray(value) ? value : [value];
    return (Array.isArray(wanted) ? wanted : [wanted]).some((entry) => (held as AttributeValue[]).includes(entry));
  });
}
