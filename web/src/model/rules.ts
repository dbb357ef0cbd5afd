/**
 * Whether annotations keep to the label rules of their ontology.
 *
 * Each kind of rule is one small function and one line in `CHECKS`: the same functions, with the same
 * sentences in English, as `quality/rule_check.py`. `tests/golden/rules.json` is read by the tests of both.
 */
import { mostOverlap, overlapOf, selfCrossing, shareInside, touches } from '../geometry/covering';
import type { Figure } from '../geometry/figure';
import { lineLength } from '../geometry/kinds/polyline';
import { presentOf } from '../geometry/kinds/skeleton';
import { areaOf } from '../geometry/shapes';
import { phrase, spoken, t } from '../language/language';
import type { Annotation, BrokenRule, Rule, RuleKind, RuleOf } from '../wire';
import type { RuleScene } from './rule-scene';

const SLACK = 1e-6;
const HALF = 0.5; // what is more than half inside is inside
const MOST_NAMED = 100; // annotations that one broken rule points at

export interface Finding {
  facts: string;
  annotations: readonly Annotation[];
  place?: [number, number, number, number] | null;
}

/** How a kind of rule is checked: for each annotation that is its subject, or for the whole item. */
export interface Check<R extends Rule = Rule> {
  each?(rule: R, annotation: Annotation, scene: RuleScene): Finding[];
  whole?(rule: R, scene: RuleScene): Finding[];
  /** Whether findings about the whole item change with shapes alone. */
  seesShapes?: boolean;
  /** The subjects are the other categories, not the rule's own. */
  asksOthers?: boolean;
  /** How far from a subject, in pixels, a change elsewhere can break it; absent: only its own changes can. */
  reach?(rule: R): number;
}

const CHECKS: { [K in RuleKind]: Check<RuleOf<K>> } = {
  minimum_size: { each: minimumSize },
  maximum_size: { each: maximumSize },
  must_touch: { each: mustTouch, reach: (rule) => rule.within ?? 1 },
  must_not_overlap: { each: mustNotOverlap, reach: () => 0 },
  inside: { each: inside, reach: () => 0 },
  count: { whole: count },
  count_inside: { each: countInside, asksOthers: true, reach: () => 0 },
  one_per_image: { whole: onePerImage },
  required_attribute: { each: requiredAttribute },
  requires: { whole: requires },
  related: { whole: related, seesShapes: true },
  no_self_crossing: { each: noSelfCrossing },
  at_least_points: { each: atLeastPoints },
};

export const RULE_KINDS = Object.keys(CHECKS) as RuleKind[];

export const checkOf = (rule: Rule): Check => CHECKS[rule.kind] as unknown as Check;

/** The categories that a rule measures against; none if it looks at its own only. */
export const othersOf = (rule: Rule): readonly string[] => ('others' in rule && rule.others) || [];

/** The annotations that are checked one by one. */
export function subjectsOf(rule: Rule, scene: RuleScene): Annotation[] {
  return checkOf(rule).asksOthers ? scene.of(othersOf(rule)) : scene.meant(rule);
}

export function isSubject(rule: Rule, annotation: Annotation, scene: RuleScene): boolean {
  return checkOf(rule).asksOthers ? othersOf(rule).includes(annotation.category) : scene.isMeant(rule, annotation);
}

/** The rules with one category in the place of another, which goes into it. */
export function followed(rules: readonly Rule[], id: string, into: string): Rule[] {
  const now = (ids: readonly string[]) => [...new Set(ids.map((one) => (one === id ? into : one)))];
  return rules.map((rule) => {
    const others = othersOf(rule);
    return { ...rule, categories: now(rule.categories), ...(others.length > 0 ? { others: now(others) } : {}) } as Rule;
  });
}

/** A finding with the rule's name on it. */
export function broken(rule: Rule, { facts, annotations, place }: Finding): BrokenRule {
  return {
    rule: rule.id,
    severity: rule.severity ?? 'error',
    sentence: rule.message ? `${rule.message} (${facts})` : facts,
    annotations: annotations.slice(0, MOST_NAMED).map(({ id }) => id),
    place: place ?? null,
  };
}

function minimumSize(rule: RuleOf<'minimum_size'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const off = measured(rule, annotation, scene, (has, wants) => has < wants - SLACK);
  const told = off.map(({ name, has, wants }) => t('{{measure}} {{has}} (at least {{wanted}})', { measure: MEASURES[name], has, wanted: wants }));
  if (told.length === 0) return [];
  return [about(t('{{name}} is too small: {{measures}}', { name: scene.name(annotation), measures: told.join(', ') }), scene, annotation)];
}

function maximumSize(rule: RuleOf<'maximum_size'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const off = measured(rule, annotation, scene, (has, wants) => has > wants + SLACK);
  const told = off.map(({ name, has, wants }) => t('{{measure}} {{has}} (at most {{wanted}})', { measure: MEASURES[name], has, wanted: wants }));
  if (told.length === 0) return [];
  return [about(t('{{name}} is too large: {{measures}}', { name: scene.name(annotation), measures: told.join(', ') }), scene, annotation)];
}

type Measure = 'width' | 'height' | 'area' | 'length';

const MEASURES = spoken<Measure>({ width: phrase('width'), height: phrase('height'), area: phrase('area'), length: phrase('length') });

function measured(
  rule: RuleOf<'minimum_size'> | RuleOf<'maximum_size'>,
  annotation: Annotation,
  scene: RuleScene,
  isOff: (has: number, wants: number) => boolean,
): { name: Measure; has: string; wants: string }[] {
  if (!annotation.shape) return [];
  return Object.entries(sizes(scene.figureOf(annotation.shape))).flatMap(([key, has]) => {
    const name = key as Measure;
    const wants = rule[name];
    return wants != null && isOff(has, wants) ? [{ name, has: number(has), wants: number(wants) }] : [];
  });
}

function sizes({ shape, tight }: Figure): Record<string, number> {
  const upright = { width: tight.right - tight.left, height: tight.bottom - tight.top };
  switch (shape.kind) {
    case 'rotated_box':
      return { width: shape.width, height: shape.height, area: areaOf(shape) };
    case 'ellipse':
      return { width: 2 * shape.rx, height: 2 * shape.ry, area: areaOf(shape) };
    case 'polyline':
      return { length: lineLength(shape.points) };
    case 'points':
      return {};
    case 'skeleton':
      return upright;
    default:
      return { ...upright, area: areaOf(shape) };
  }
}

function mustTouch(rule: RuleOf<'must_touch'>, annotation: Annotation, scene: RuleScene): Finding[] {
  if (!annotation.shape) return [];
  const own = scene.figureOf(annotation.shape);
  const within = rule.within ?? 1;
  const near = scene.near(annotation, rule.others, within);
  if (near.some((other) => touches(own, scene.figureOf(other.shape!), within))) return [];
  const facts = t('{{name}} touches no {{others}} (within {{within}} px)', {
    name: scene.name(annotation),
    others: scene.names(rule.others),
    within: number(within),
  });
  return [about(facts, scene, annotation)];
}

function mustNotOverlap(rule: RuleOf<'must_not_overlap'>, annotation: Annotation, scene: RuleScene): Finding[] {
  if (!annotation.shape) return [];
  const own = scene.figureOf(annotation.shape);
  const above = rule.above ?? 0;
  return scene.near(annotation, rule.others, 0).flatMap((other) => {
    // A pair that the rule is about from both sides is told once, with the first.
    const told = scene.order(other.id) < scene.order(annotation.id) && rule.others.includes(annotation.category);
    if (told && scene.isMeant(rule, other)) return [];
    const [figure, of] = [scene.figureOf(other.shape!), rule.of ?? 'smaller'];
    if (mostOverlap(own, figure, of) <= above) return [];
    const share = overlapOf(own, figure, of);
    if (share <= above + SLACK) return [];
    const values = { one: scene.name(annotation), other: scene.name(other), share: percent(share), allowed: percent(above) };
    const facts = above
      ? t('{{one}} and {{other}} overlap by {{share}}; at most {{allowed}} is allowed', values)
      : t('{{one}} and {{other}} overlap by {{share}}; they may not', values);
    return [about(facts, scene, annotation, other)];
  });
}

function inside(rule: RuleOf<'inside'>, annotation: Annotation, scene: RuleScene): Finding[] {
  if (!annotation.shape) return [];
  const own = scene.figureOf(annotation.shape);
  const share = rule.share ?? 1;
  const others = rule.others ?? [];
  const holders = rule.image ? [scene.image] : scene.near(annotation, others, 0).map((other) => scene.figureOf(other.shape!));
  const best = holders.reduce((most, holder) => Math.max(most, shareInside(own, holder)), 0);
  if (best >= share - SLACK) return [];
  const values = { name: scene.name(annotation), share: percent(best), others: scene.names(others), wanted: percent(share) };
  const facts = rule.image
    ? t('{{name}} lies {{share}} inside the image; {{wanted}} is wanted', values)
    : t('{{name}} lies {{share}} inside a {{others}}; {{wanted}} is wanted', values);
  return [about(facts, scene, annotation)];
}

function countInside(rule: RuleOf<'count_inside'>, annotation: Annotation, scene: RuleScene): Finding[] {
  if (!annotation.shape) return [];
  const own = scene.figureOf(annotation.shape);
  const held = scene
    .near(annotation, rule.categories, 0)
    .filter((other) => scene.isMeant(rule, other) && shareInside(scene.figureOf(other.shape!), own) > HALF);
  const fault = countFault(held.length, rule);
  if (!fault) return [];
  const facts = t('{{names}} inside this {{name}}: {{fault}}', { names: scene.names(rule.categories), name: scene.name(annotation), fault });
  return [{ ...about(facts, scene, annotation), annotations: [annotation, ...held] }];
}

function count(rule: RuleOf<'count'>, scene: RuleScene): Finding[] {
  const found = scene.meant(rule);
  const fault = countFault(found.length, rule);
  return fault ? [{ facts: t('{{names}}: {{fault}}', { names: scene.names(rule.categories), fault }), annotations: found }] : [];
}

function onePerImage(rule: RuleOf<'one_per_image'>, scene: RuleScene): Finding[] {
  const found = scene.meant(rule);
  if (found.length === 1) return [];
  const facts = t('{{names}}: {{has}} marked, exactly 1 wanted', { names: scene.names(rule.categories), has: String(found.length) });
  return [{ facts, annotations: found }];
}

function requiredAttribute(rule: RuleOf<'required_attribute'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const value = annotation.attributes?.[rule.attribute];
  if (value != null && value !== '' && !(Array.isArray(value) && value.length === 0)) return [];
  const values = { name: scene.name(annotation), attribute: scene.attributeName(annotation, rule.attribute) };
  return [about(t('{{name}} has no {{attribute}}', values), scene, annotation)];
}

function requires(rule: RuleOf<'requires'>, scene: RuleScene): Finding[] {
  const found = scene.meant(rule);
  if (found.length === 0 || scene.of(rule.others).length > 0) return [];
  const facts = t('{{name}} is marked, but no {{others}}', { name: scene.name(found[0]!), others: scene.names(rule.others) });
  return [{ facts, annotations: found }];
}

function related(rule: RuleOf<'related'>, scene: RuleScene): Finding[] {
  return scene.meant(rule).flatMap((annotation) => {
    const ends = (annotation.relations ?? []).filter(({ kind }) => kind === rule.relation).map(({ to }) => scene.get(to));
    if (ends.some((end) => end && rule.others.includes(end.category))) return [];
    const values = { name: scene.name(annotation), relation: scene.relationName(rule.relation), others: scene.names(rule.others) };
    return [about(t('{{name}} has no relation {{relation}} to a {{others}}', values), scene, annotation)];
  });
}

function noSelfCrossing(_rule: RuleOf<'no_self_crossing'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const at = annotation.shape ? selfCrossing(annotation.shape) : null;
  if (!at) return [];
  return [{ facts: t('{{name}} crosses itself', { name: scene.name(annotation) }), annotations: [annotation], place: [...at, ...at] }];
}

function atLeastPoints(rule: RuleOf<'at_least_points'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const has = pointsOf(annotation);
  if (has === null || has >= rule.points) return [];
  const values = { name: scene.name(annotation), has: String(has), wanted: String(rule.points) };
  return [about(t('{{name}}: {{has}} points, at least {{wanted}} wanted', values), scene, annotation)];
}

function pointsOf({ shape }: Annotation): number | null {
  switch (shape?.kind) {
    case 'polygon':
      return shape.parts.flat().reduce((sum, ring) => sum + ring.length, 0);
    case 'polyline':
    case 'points':
      return shape.points.length;
    case 'skeleton':
      return presentOf(shape).length;
    default:
      return null;
  }
}

function about(facts: string, scene: RuleScene, ...annotations: Annotation[]): Finding {
  let place: Finding['place'] = null;
  for (const { shape } of annotations) {
    if (!shape) continue;
    const { left, top, right, bottom } = scene.figureOf(shape).bounds;
    place = place
      ? [Math.min(place[0], left), Math.min(place[1], top), Math.max(place[2], right), Math.max(place[3], bottom)]
      : [left, top, right, bottom];
  }
  return { facts, annotations, place };
}

function countFault(has: number, { at_least, at_most }: { at_least?: number | null; at_most?: number | null }): string | null {
  if (at_least != null && has < at_least) return t('{{has}} marked, at least {{wanted}} wanted', { has: String(has), wanted: String(at_least) });
  if (at_most != null && has > at_most) return t('{{has}} marked, at most {{allowed}} allowed', { has: String(has), allowed: String(at_most) });
  return null;
}

/** A length as people read it: at most two decimals, and none that say nothing. */
export const number = (value: number): string => String(Math.floor(value * 100 + 0.5) / 100);

export const percent = (share: number): string => `${Math.floor(share * 1000 + 0.5) / 10} %`;
