/** Label rules as they are edited: a fresh one, what is missing in one, and each as a plain sentence. */
import { phrase, spoken, t } from '../../language/language';
import { number, othersOf, percent, RULE_KINDS } from '../../model/rules';
import type { AttributeValue, Category, RelationSpec, Rule, RuleKind } from '../../wire';
import { idFrom } from './edit';

export interface Around {
  categories: readonly Category[];
  relations: readonly RelationSpec[];
}

/** What a kind of rule asks for, in the order of its form. */
export type Field =
  | 'others' | 'width' | 'height' | 'area' | 'length' | 'within' | 'above' | 'of' | 'where' | 'share'
  | 'at_least' | 'at_most' | 'attribute' | 'relation' | 'points';

const SIZES: Field[] = ['width', 'height', 'area', 'length'];

export const FIELDS: Record<RuleKind, readonly Field[]> = {
  minimum_size: SIZES,
  maximum_size: SIZES,
  must_touch: ['others', 'within'],
  must_not_overlap: ['others', 'above', 'of'],
  inside: ['where', 'others', 'share'],
  count: ['at_least', 'at_most'],
  count_inside: ['others', 'at_least', 'at_most'],
  one_per_image: [],
  required_attribute: ['attribute'],
  requires: ['others'],
  related: ['relation', 'others'],
  no_self_crossing: [],
  at_least_points: ['points'],
};

export const KIND_WORDS = spoken<RuleKind>({
  minimum_size: phrase('Minimum size'),
  maximum_size: phrase('Maximum size'),
  must_touch: phrase('Must touch'),
  must_not_overlap: phrase('Must not overlap'),
  inside: phrase('Inside another, or the image'),
  count: phrase('Count in an image'),
  count_inside: phrase('Count inside another'),
  one_per_image: phrase('Exactly one in an image'),
  required_attribute: phrase('Required attribute'),
  requires: phrase('Only together with another'),
  related: phrase('Must have a relation'),
  no_self_crossing: phrase('No self-crossing'),
  at_least_points: phrase('At least so many points'),
});

export { RULE_KINDS };

/** A rule of a kind to begin with, about the first category that it can be about. */
export function freshRule(kind: RuleKind, rules: readonly Rule[], { categories, relations }: Around): Rule {
  const category = (kind === 'required_attribute' ? categories.find(({ attributes }) => attributes?.length) : undefined) ?? categories[0]!;
  const other = (categories.find(({ id }) => id !== category.id) ?? category).id;
  const base = { id: idFrom(`${kind} ${category.name}`, rules.map(({ id }) => id)), categories: [category.id] };
  const own: { [K in RuleKind]: object } = {
    minimum_size: { width: 4, height: 4 },
    maximum_size: { width: 1000 },
    must_touch: { others: [other], within: 2 },
    must_not_overlap: { others: [category.id], above: 0.5 },
    inside: { image: true },
    count: { at_least: 1 },
    count_inside: { others: [other], at_least: 1 },
    one_per_image: {},
    required_attribute: { attribute: category.attributes?.[0]?.id ?? '' },
    requires: { others: [other] },
    related: { relation: relations[0]?.id ?? '', others: [other] },
    no_self_crossing: {},
    at_least_points: { points: 3 },
  };
  return { ...base, kind, ...own[kind] } as Rule;
}

/** Whatever is not said is not sent. */
export function tidied(rule: Rule): Rule {
  const said = Object.entries(rule).filter(([key, value]) => {
    if (value === null || value === undefined || value === '' || value === false) return key === 'attribute' || key === 'relation';
    if (key === 'when') return Object.keys(value as object).length > 0;
    if (key === 'others' && rule.kind === 'inside') return (value as string[]).length > 0;
    return !(key === 'severity' && value === 'error');
  });
  return Object.fromEntries(said) as unknown as Rule;
}

/** What is wrong with a rule, in words; the server looks at the rest. */
export function ruleFault(rule: Rule, { categories, relations }: Around): string | null {
  const known = new Map(categories.map((category) => [category.id, category]));
  if (rule.categories.length === 0) return t('It needs a category.');
  if ([...rule.categories, ...othersOf(rule)].some((id) => !known.has(id))) return t('It names a category that is deleted.');
  const needsOthers = FIELDS[rule.kind].includes('others') && !(rule.kind === 'inside' && rule.image);
  if (needsOthers && othersOf(rule).length === 0) return t('It needs another category.');
  const asked = [...Object.keys(rule.when ?? {}), ...(rule.kind === 'required_attribute' ? [rule.attribute] : [])];
  for (const id of rule.categories) {
    const missing = asked.some((name) => !known.get(id)!.attributes?.some((spec) => spec.id === name));
    if (missing) return t('{{name}} lacks an attribute that it names.', { name: `“${known.get(id)!.name}”` });
  }
  if (rule.kind === 'related' && !relations.some(({ id }) => id === rule.relation)) return t('It names a relation that is not there.');
  return numberFault(rule);
}

function numberFault(rule: Rule): string | null {
  switch (rule.kind) {
    case 'minimum_size':
    case 'maximum_size':
      return [rule.width, rule.height, rule.area, rule.length].some((value) => value != null && value > 0) ? null : t('It needs a size.');
    case 'count':
    case 'count_inside':
      if (rule.at_least == null && rule.at_most == null) return t('It needs a number.');
      return rule.at_least != null && rule.at_most != null && rule.at_least > rule.at_most ? t('The least is more than the most.') : null;
    case 'at_least_points':
      return rule.points >= 1 ? null : t('It needs a number.');
    default:
      return null;
  }
}

/** The rule as one plain sentence. */
export function ruleWords(rule: Rule, { categories, relations }: Around): string {
  const name = (id: string) => `“${categories.find((entry) => entry.id === id)?.name ?? id}”`;
  const names = rule.categories.map(name).join(' / ');
  const others = othersOf(rule).map(name).join(' / ');
  return [main(rule, names, others, { categories, relations }), conditions(rule, categories)].filter(Boolean).join(' ');
}

function main(rule: Rule, names: string, others: string, { categories, relations }: Around): string {
  switch (rule.kind) {
    case 'minimum_size':
      return t('{{names}} is at least {{sizes}}', { names, sizes: sizeWords(rule) });
    case 'maximum_size':
      return t('{{names}} is at most {{sizes}}', { names, sizes: sizeWords(rule) });
    case 'must_touch':
      return t('{{names}} touches a {{others}} within {{within}} px', { names, others, within: number(rule.within ?? 1) });
    case 'must_not_overlap':
      if (!rule.above) return t('{{names}} does not overlap a {{others}}', { names, others });
      if (rule.of === 'union') return t('{{names}} overlaps a {{others}} by at most {{share}} of both together', { names, others, share: percent(rule.above) });
      return t('{{names}} overlaps a {{others}} by at most {{share}} of the smaller', { names, others, share: percent(rule.above) });
    case 'inside':
      if (rule.image) return t('{{names}} lies {{share}} inside the image', { names, share: percent(rule.share ?? 1) });
      return t('{{names}} lies {{share}} inside a {{others}}', { names, others, share: percent(rule.share ?? 1) });
    case 'count':
      return t('An image has {{range}} of {{names}}', { names, range: rangeWords(rule) });
    case 'count_inside':
      return t('A {{others}} has {{range}} of {{names}} inside', { names, others, range: rangeWords(rule) });
    case 'one_per_image':
      return t('An image has exactly one of {{names}}', { names });
    case 'required_attribute': {
      const specs = categories.find(({ id }) => id === rule.categories[0])?.attributes ?? [];
      const attribute = specs.find(({ id }) => id === rule.attribute)?.name ?? rule.attribute;
      return t('{{names}} has an answer to “{{attribute}}”', { names, attribute });
    }
    case 'requires':
      return t('{{names}} is marked only where a {{others}} is', { names, others });
    case 'related': {
      const relation = relations.find(({ id }) => id === rule.relation)?.name ?? rule.relation;
      return t('{{names}} has the relation “{{relation}}” to a {{others}}', { names, others, relation });
    }
    case 'no_self_crossing':
      return t('{{names}} does not cross itself', { names });
    case 'at_least_points':
      return t('{{names}} has at least {{points}} points', { names, points: rule.points });
  }
}

const MEASURES: Record<'width' | 'height' | 'area' | 'length', (size: string) => string> = {
  width: (size) => t('{{size}} px wide', { size }),
  height: (size) => t('{{size}} px high', { size }),
  area: (size) => t('{{size}} px² large', { size }),
  length: (size) => t('{{size}} px long', { size }),
};

function sizeWords(rule: Extract<Rule, { kind: 'minimum_size' | 'maximum_size' }>): string {
  const given = (['width', 'height', 'area', 'length'] as const).filter((name) => rule[name] != null);
  return given.map((name) => MEASURES[name](number(rule[name]!))).join(', ');
}

function rangeWords({ at_least, at_most }: { at_least?: number | null; at_most?: number | null }): string {
  if (at_least != null && at_least === at_most) return t('exactly {{number}}', { number: at_least });
  if (at_most == null) return t('at least {{number}}', { number: at_least ?? 0 });
  return at_least ? t('{{least}} to {{most}}', { least: at_least, most: at_most }) : t('at most {{number}}', { number: at_most });
}

function conditions(rule: Rule, categories: readonly Category[]): string {
  const specs = categories.find(({ id }) => id === rule.categories[0])?.attributes ?? [];
  const told = Object.entries(rule.when ?? {}).map(([id, value]) => {
    const spec = specs.find((entry) => entry.id === id);
    const answers = (Array.isArray(value) ? value : [value]).map((one) => answerWords(one, spec?.options));
    return t('{{attribute}} is {{answers}}', { attribute: spec?.name ?? id, answers: answers.join(' / ') });
  });
  return told.length > 0 ? t('(where {{conditions}})', { conditions: told.join(', ') }) : '';
}

export function answerWords(value: AttributeValue, options: readonly { id: string; name: string }[] = []): string {
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  return options.find(({ id }) => id === value)?.name ?? String(value);
}
