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
  phrase('the model says {{name}}'),
  phrase("only {{share}} like the model's"),
];

const PATTERNS = FORMS.map((form) => ({ form, pattern: patternOf(form) }));

export function reasonWords(reason: string): string {
  if (language() === 'en') return reason;
  for (const { form, pattern } of PATTERNS) {
    const found = pattern.exec(reason);
    if (found) return t(form, found.groups ?? {});
  }
  return reason;
}

/** `by {{share}}` as /^by (?<share>.+)$/. */
function patternOf(form: string): RegExp {
  const literal = form.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{\{(\w+)\}\}/g, '(?<$1>.+)')}$`);
}
