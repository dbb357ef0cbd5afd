/**
 * Whether annotations keep to the label rules of their ontology.
 *
 * Each kind of rule is one small function and one line in `CHECKS`: the same functions, with the same
 * sentences, as `quality/rule_check.py`. `tests/golden/rules.json` is read by the tests of both.
 */
import { overlapOf, selfCrossing, shareInside, touches } from '../geometry/covering';
import type { Figure } from '../geometry/figure';
import { lineLength } from '../geometry/kinds/polyline';
import { presentOf } from '../geometry/kinds/skeleton';
import { areaOf } from '../geometry/shapes';
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
  /** The subjects are the other categories, not the rule's own. */
  asksOthers?: boolean;
  /** How far from a subject, in pixels, a change elsewhere can break it; absent: only its own changes can. */
  reach?(rule: R): number;
}

const CHECKS: { [K in RuleKind]: Check<RuleOf<K>> } = {
  minimum_size: { each: (rule, a, scene) => size(rule, a, scene, 'small', 'at least', (has, wants) => has < wants - SLACK) },
  maximum_size: { each: (rule, a, scene) => size(rule, a, scene, 'large', 'at most', (has, wants) => has > wants + SLACK) },
  must_touch: { each: mustTouch, reach: (rule) => rule.within ?? 1 },
  must_not_overlap: { each: mustNotOverlap, reach: () => 0 },
  inside: { each: inside, reach: () => 0 },
  count: { whole: count },
  count_inside: { each: countInside, asksOthers: true, reach: () => 0 },
  one_per_image: { whole: onePerImage },
  required_attribute: { each: requiredAttribute },
  requires: { whole: requires },
  related: { whole: related },
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

function size(
  rule: RuleOf<'minimum_size'> | RuleOf<'maximum_size'>,
  annotation: Annotation,
  scene: RuleScene,
  word: string,
  bound: string,
  isOff: (has: number, wants: number) => boolean,
): Finding[] {
  if (!annotation.shape) return [];
  const off = Object.entries(sizes(scene.figureOf(annotation.shape))).flatMap(([name, has]) => {
    const wants = rule[name as 'width' | 'height' | 'area' | 'length'];
    return wants != null && isOff(has, wants) ? [`${name} ${number(has)} (${bound} ${number(wants)})`] : [];
  });
  return off.length > 0 ? [about(`${scene.name(annotation)} is too ${word}: ${off.join(', ')}`, scene, annotation)] : [];
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
  return [about(`${scene.name(annotation)} touches no ${scene.names(rule.others)} (within ${number(within)} px)`, scene, annotation)];
}

function mustNotOverlap(rule: RuleOf<'must_not_overlap'>, annotation: Annotation, scene: RuleScene): Finding[] {
  if (!annotation.shape) return [];
  const own = scene.figureOf(annotation.shape);
  const above = rule.above ?? 0;
  const allowed = above ? `at most ${percent(above)} is allowed` : 'they may not';
  return scene.near(annotation, rule.others, 0).flatMap((other) => {
    // A pair that the rule is about from both sides is told once, with the first.
    const told = scene.order(other.id) < scene.order(annotation.id) && rule.others.includes(annotation.category);
    if (told && scene.isMeant(rule, other)) return [];
    const share = overlapOf(own, scene.figureOf(other.shape!), rule.of ?? 'smaller');
    if (share <= above + SLACK) return [];
    return [about(`${scene.name(annotation)} and ${scene.name(other)} overlap by ${percent(share)}; ${allowed}`, scene, annotation, other)];
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
  const what = rule.image ? 'the image' : `a ${scene.names(others)}`;
  return [about(`${scene.name(annotation)} lies ${percent(best)} inside ${what}; ${percent(share)} is wanted`, scene, annotation)];
}

function countInside(rule: RuleOf<'count_inside'>, annotation: Annotation, scene: RuleScene): Finding[] {
  if (!annotation.shape) return [];
  const own = scene.figureOf(annotation.shape);
  const held = scene
    .near(annotation, rule.categories, 0)
    .filter((other) => scene.isMeant(rule, other) && shareInside(scene.figureOf(other.shape!), own) > HALF);
  const fault = countFault(held.length, rule);
  if (!fault) return [];
  const facts = `${scene.names(rule.categories)} inside this ${scene.name(annotation)}: ${fault}`;
  return [{ ...about(facts, scene, annotation), annotations: [annotation, ...held] }];
}

function count(rule: RuleOf<'count'>, scene: RuleScene): Finding[] {
  const found = scene.meant(rule);
  const fault = countFault(found.length, rule);
  return fault ? [{ facts: `${scene.names(rule.categories)}: ${fault}`, annotations: found }] : [];
}

function onePerImage(rule: RuleOf<'one_per_image'>, scene: RuleScene): Finding[] {
  const found = scene.meant(rule);
  if (found.length === 1) return [];
  return [{ facts: `${scene.names(rule.categories)}: ${found.length} marked, exactly 1 wanted`, annotations: found }];
}

function requiredAttribute(rule: RuleOf<'required_attribute'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const value = annotation.attributes?.[rule.attribute];
  if (value != null && value !== '' && !(Array.isArray(value) && value.length === 0)) return [];
  return [about(`${scene.name(annotation)} has no ${scene.attributeName(annotation, rule.attribute)}`, scene, annotation)];
}

function requires(rule: RuleOf<'requires'>, scene: RuleScene): Finding[] {
  const found = scene.meant(rule);
  if (found.length === 0 || scene.of(rule.others).length > 0) return [];
  return [{ facts: `${scene.name(found[0]!)} is marked, but no ${scene.names(rule.others)}`, annotations: found }];
}

function related(rule: RuleOf<'related'>, scene: RuleScene): Finding[] {
  return scene.meant(rule).flatMap((annotation) => {
    const ends = (annotation.relations ?? []).filter(({ kind }) => kind === rule.relation).map(({ to }) => scene.get(to));
    if (ends.some((end) => end && rule.others.includes(end.category))) return [];
    const wanted = `${scene.relationName(rule.relation)} to a ${scene.names(rule.others)}`;
    return [about(`${scene.name(annotation)} has no relation ${wanted}`, scene, annotation)];
  });
}

function noSelfCrossing(_rule: RuleOf<'no_self_crossing'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const at = annotation.shape ? selfCrossing(annotation.shape) : null;
  return at ? [{ facts: `${scene.name(annotation)} crosses itself`, annotations: [annotation], place: [...at, ...at] }] : [];
}

function atLeastPoints(rule: RuleOf<'at_least_points'>, annotation: Annotation, scene: RuleScene): Finding[] {
  const has = pointsOf(annotation);
  if (has === null || has >= rule.points) return [];
  return [about(`${scene.name(annotation)}: ${has} points, at least ${rule.points} wanted`, scene, annotation)];
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
  if (at_least != null && has < at_least) return `${has} marked, at least ${at_least} wanted`;
  if (at_most != null && has > at_most) return `${has} marked, at most ${at_most} allowed`;
  return null;
}

/** A length as people read it: at most two decimals, and none that say nothing. */
export const number = (value: number): string => String(Math.floor(value * 100 + 0.5) / 100);

export const percent = (share: number): string => `${Math.floor(share * 1000 + 0.5) / 10} %`;
