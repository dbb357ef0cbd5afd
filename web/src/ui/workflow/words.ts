/** The words of workflows: kinds of work, conditions, and what is wrong with a drawing. */
import { spoken, t } from '../../language/language';
import type { Condition, Fault, Work } from '../../model/graph';

export const WORK_WORDS: Record<Work, string> = spoken({
  annotate: 'Annotate',
  review: 'Review',
  adjudicate: 'Decide disputes',
});

export const CONDITION_WORDS: Record<Condition['kind'], string> = spoken({
  agreement: 'Answers agree too little',
  confidence: 'The merged answer is not sure',
  unsure: 'Somebody could not tell',
  share: 'A share of all items',
  category: 'Has a category',
  count: 'Has many annotations',
  skill: 'Nobody with a skill worked on it',
  risk: 'It probably holds an error',
});

export function conditionWords(condition: Condition, categories: ReadonlyMap<string, string>): string {
  switch (condition.kind) {
    case 'agreement':
      return t('agreement below {{value}}', { value: condition.below });
    case 'confidence':
      return t('confidence below {{value}}', { value: condition.below });
    case 'unsure':
      return t('somebody could not tell');
    case 'share':
      return t('{{percent}} % of all items', { percent: Math.round(condition.share * 1000) / 10 });
    case 'category':
      return t('has {{names}}', { names: condition.categories.map((id) => categories.get(id) ?? id).join(', ') || '…' });
    case 'count':
      return t('{{number}} annotations or more', { number: condition.at_least });
    case 'risk':
      return t('risk of {{percent}} % or more', { percent: Math.round(condition.above * 1000) / 10 });
    case 'skill':
      return t('without the skill {{skill}}', { skill: condition.skill || '…' });
  }
}

export function faultWords(fault: Fault): string {
  const { node } = fault;
  switch (fault.kind) {
    case 'twice':
      return t('Two nodes are called “{{node}}”.', { node });
    case 'name':
      return t('“{{node}}” is no name: use small letters, digits, - and _, up to 40.', { node });
    case 'gone':
      return t('“{{node}}” leads to “{{to}}”, which does not exist.', { node, to: fault.to ?? '' });
    case 'loop':
      return t('The way forward comes back to “{{node}}”: an item could go round for ever.', { node });
    case 'unreached':
      return t('No item ever comes to “{{node}}”.', { node });
    case 'start':
      return t('Items begin at an annotate stage; “{{node}}” is none.', { node });
    case 'back':
      return t('Work returned from “{{node}}” must go to an annotate stage.', { node });
  }
}
