/** Reads our own source for sentences: those given to the catalogues, and those that somebody forgot. */
import ts from 'typescript';

const FILES = import.meta.glob<string>('../../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });

export interface Found {
  sentence: string;
  /** `ui/frame.tsx:12` */
  place: string;
  /** Said by `count(n, 'item')`, which knows its own English singular. */
  isCounted?: boolean;
}

export interface Source {
  path: string;
  tree: ts.SourceFile;
}

export function sources(): Source[] {
  return Object.entries(FILES)
    .map(([path, text]) => parsed(path.replace('../../src/', ''), text))
    .filter(({ path }) => !/\.test\.tsx?$|^model\/api\.ts$/.test(path));
}

export function parsed(path: string, text: string): Source {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** Every sentence that `t`, `phrase`, `spoken`, `count`, `<Marked>` or the table of actions gives to the catalogues. */
export function keysIn({ path, tree }: Source): Found[] {
  const found: Found[] = [];
  const add = (node: ts.Node, sentence: string, isCounted = false) =>
    found.push({ sentence, place: place(path, tree, node), isCounted });
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node)) {
      const name = ts.isIdentifier(node.expression) ? node.expression.text : '';
      const [first, second, third] = node.arguments;
      if ((name === 't' || name === 'phrase') && first) texts(first).forEach((text) => add(node, text));
      if ((name === 'count' || name === 'counted') && second && ts.isStringLiteral(second)) {
        add(node, `{{count}} ${third && ts.isStringLiteral(third) ? third.text : `${second.text}s`}`, true);
      }
      // Makers of actions in the tables of actions: `tool('box', 'Draw boxes', 'B')`.
      if (/^editor\/.*actions\.ts$/.test(path) && first && second && ts.isStringLiteral(first) && ts.isStringLiteral(second)) {
        add(node, second.text);
      }
      if (name === 'spoken' && first && ts.isObjectLiteralExpression(first)) {
        first.properties.forEach((entry) => {
          if (ts.isPropertyAssignment(entry)) texts(entry.initializer).forEach((text) => add(entry, text));
        });
      }
    }
    if (ts.isJsxAttribute(node) && node.name.getText(tree) === 'sentence' && node.initializer) {
      const value = ts.isJsxExpression(node.initializer) ? node.initializer.expression : node.initializer;
      if (value) texts(value).forEach((text) => add(node, text));
    }
    if (isAction(node)) actionWords(node).forEach((text) => add(node, text));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The literals that an expression may turn out to be; none where it is computed. */
function texts(node: ts.Expression): string[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return texts(node.expression);
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)];
  return [];
}

/** An entry of the table of actions: its title and group are translated where they are shown. */
function isAction(node: ts.Node): node is ts.ObjectLiteralExpression {
  if (!ts.isObjectLiteralExpression(node)) return false;
  const names = new Set(node.properties.map((entry) => entry.name?.getText()));
  return ['id', 'title', 'group', 'keys'].every((name) => names.has(name));
}

function actionWords(node: ts.ObjectLiteralExpression): string[] {
  return node.properties.flatMap((entry) =>
    ts.isPropertyAssignment(entry) && /^(title|group)$/.test(entry.name.getText()) ? texts(entry.initializer) : [],
  );
}

/** Attributes of components whose text people see or hear. */
const SEEN = new Set([
  'title', 'label', 'placeholder', 'aria-label', 'aria-description', 'about', 'description', 'hint', 'button', 'alt',
  'legend', 'word', 'note', 'message', 'nothingFound', 'error', 'thumbLabel',
]);

/** Calls whose text is for machines or for the catalogues. */
const NOT_SHOWN = /^(t|phrase|spoken|count|counted|Error|TypeError|RangeError|DOMException|require|import|querySelector|querySelectorAll|getElementById|addEventListener|removeEventListener|setAttribute|getAttribute|setRequestHeader|getPropertyValue|setProperty|matchMedia|closest|matches|includes|has|get|set|startsWith|endsWith|replace|split|join|test|getItem|setItem|DateTimeFormat|spring|warn|glob)$/;

/** Attributes whose text is for machines. */
const UNSEEN = /^data-|^(className|style|to|href|src|id|key|role|type|variant|color|c|bg|gradient|justify|align|path|d|fill|stroke|transform|viewBox|autoComplete|accept|sizes|component|tt|pos|aria-keyshortcuts|aria-live|sentence|lang|position|transition|bd|radius|size)$/;

const WORDS = /[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]{2,}(…|\.)?$|^[A-Z][a-z]+[ ,]/;

/** English that would stay English: text between tags, seen attributes, and literals that read like sentences. */
export function forgottenIn({ path, tree }: Source): Found[] {
  const found: Found[] = [];
  const add = (node: ts.Node, sentence: string) => found.push({ sentence, place: place(path, tree, node) });
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node) || isAction(node)) return;
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const name = node.expression.getText(tree).split('.').at(-1) ?? '';
      if (NOT_SHOWN.test(name)) {
        // The values inside t('…', { … }) may hold further words.
        node.arguments?.forEach((part) => !ts.isStringLiteral(part) && name === 't' && visit(part));
        return;
      }
    }
    if (ts.isJsxText(node)) {
      const text = node.text.trim();
      if (/[A-Za-z]{2,}/.test(text)) add(node, text);
      return;
    }
    if (ts.isJsxAttribute(node)) {
      const name = node.name.getText(tree);
      if (UNSEEN.test(name)) return;
      if (SEEN.has(name) && node.initializer && ts.isStringLiteral(node.initializer)) {
        if (/[A-Za-z]{2,}/.test(node.initializer.text)) add(node, node.initializer.text);
        return;
      }
    }
    if (ts.isPropertyAssignment(node) && /^['"]?(data-|className|code|kind|variant|color|fontFamily|background|border)/.test(node.name.getText(tree))) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      if (WORDS.test(node.text) && !isCompared(node)) add(node, node.text);
      return;
    }
    if (ts.isTemplateExpression(node)) {
      const text = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…');
      if (/[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ | [a-z]{2,}( |…|$)/.test(text) && !/[/:;#()]|^M/.test(text)) add(node, text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `state === 'Enter'`, `case 'Enter':`, `keys['Enter']` and the words of a `Record<'Enter', …>` are no text. */
function isCompared(node: ts.Node): boolean {
  const parent = node.parent;
  if (ts.isBinaryExpression(parent)) return /^[!=]==?$/.test(parent.operatorToken.getText());
  if (ts.isPropertyAssignment(parent)) return parent.name === node;
  return ts.isCaseClause(parent) || ts.isElementAccessExpression(parent) || ts.isLiteralTypeNode(parent);
}

function place(path: string, tree: ts.SourceFile, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;
}
