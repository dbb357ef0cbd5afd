/**
 * Why an annotation is suspect, in the reader's language. The server says it in English with facts inside;
 * a sentence of one of these forms is said anew with the same facts, any other is shown as it came.
 */
import { language, phrase, t } from './language';

const FORMS: readonly string[] = [
  phrase('{{factor}} × larger than other {{name}}'),
  phrase('{{factor}} × smaller than other {{name}}'),
  phrase('{{factor}} × wider for its height than other {{name}}'),
  phrase('{{factor}} × narrower for its height than other {{name}}'),
  phrase('overlaps another {{name}} by {{share}}, and {{more}} more'),
  phrase('overlaps another {{name}} by {{share}}'),
  phrase('marks the same place as a {{name}} by {{share}}, and {{more}} more'),
  phrase('marks the same place as a {{name}} by {{share}}'),
  phrase('the model gave it only {{share}}'),
  phrase('reaches {{beyond}} px out of the image'),
  phrase('touches the border of the image'),
  phrase('only {{across}} × {{down}} px'),
  phrase('the model sees nothing here'),
  phrase('{{by}} says {{name}} here ({{sure}} sure)'),
  phrase('{{by}} sees {{name}} here ({{sure}} sure), nothing is marked'),
  phrase('{{by}} sees nothing here, but meets {{share}} of the marks of {{name}}'),
  phrase('{{by}} sees hardly anything ({{sure}} sure) here, but meets {{share}} of the marks of {{name}}'),
  phrase('only {{share}} like what {{by}} drew'),
  phrase('the model says {{name}} ({{share}}, as sure as where it is right)'),
  phrase('the model says {{name}} ({{share}})'),
  phrase('{{votes}} of {{people}} people said {{name}}'),
  phrase('{{share}} of what looks alike is {{name}}'),
  phrase('{{name}} is often taken for {{other}}'),
  phrase('the model sees no {{name}} ({{share}}; {{usual}} where it is given)'),
  phrase('the model sees {{name}} ({{share}}; {{usual}} where it is given)'),
  phrase('the model says {{name}}'),
  phrase("only {{share}} like the model's"),
];

/** Who says something else, where it is no model's name. */
const SPEAKERS: readonly string[] = [phrase('several people'), phrase('the near-duplicate')];

const PATTERNS = FORMS.map((form) => ({ form, pattern: patternOf(form) }));

export function reasonWords(reason: string): string {
  if (language() === 'en') return reason;
  for (const { form, pattern } of PATTERNS) {
    const found = pattern.exec(reason);
    if (found) return t(form, spokenBy(found.groups ?? {}));
  }
  return reason;
}

function spokenBy(facts: Record<string, string>): Record<string, string> {
  return facts['by'] && SPEAKERS.includes(facts['by']) ? { ...facts, by: t(facts['by']) } : facts;
}

/** `by {{share}}` as /^by (?<share>.+)$/. */
function patternOf(form: string): RegExp {
  const literal = form.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{\{(\w+)\}\}/g, '(?<$1>.+)')}$`);
}
