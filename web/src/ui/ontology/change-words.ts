/** A change of an ontology in sentences. */
import { phrase, t } from '../../language/language';
import type { Category, Ontology, OntologyChange } from '../../wire';
import { count } from '../words';

export function touchedTotal({ touched }: OntologyChange): number {
  return Object.values(touched).reduce((sum, value) => sum + value, 0);
}

export function changeWords(change: OntologyChange, before: Ontology, after: Ontology): string[] {
  const old = byId(before);
  const now = byId(after);
  const name = (id: string) => `“${now.get(id)?.name ?? old.get(id)?.name ?? id}”`;
  const marks = (id: string) => (change.touched[id] ? ` (${count(change.touched[id], 'annotation')})` : '');
  return [
    ...change.added.map((id) => t('Adds {{name}}', { name: name(id) })),
    ...change.renamed.map((id) => t('Renames “{{before}}” to {{name}}', { before: old.get(id)?.name ?? id, name: name(id) }) + marks(id)),
    ...change.recolored.map((id) => t('Recolors {{name}}', { name: name(id) })),
    ...change.edited.map((id) => t('Changes the details of {{name}}', { name: name(id) })),
    ...Object.entries(change.merged).map(([id, into]) => t('Merges {{name}} into {{into}}', { name: name(id), into: name(into) }) + marks(id)),
    ...change.deleted.map((id) => t('Deletes {{name}}', { name: name(id) }) + marks(id)),
    ...(change.relations ? [t('Changes the relations')] : []),
    ...(change.rules ? [t('Changes the label rules')] : []),
    ...(change.reordered ? [t('Changes the order, and with it the class order of every export to come')] : []),
  ];
}

/** The same in a few words, where the names are not at hand. */
export function changeSummary(change: OntologyChange): string {
  const parts = [
    [change.added.length, phrase('{{number}} added')],
    [change.renamed.length, phrase('{{number}} renamed')],
    [change.recolored.length, phrase('{{number}} recolored')],
    [change.edited.length, phrase('{{number}} changed')],
    [Object.keys(change.merged).length, phrase('{{number}} merged')],
    [change.deleted.length, phrase('{{number}} deleted')],
  ] as const;
  const told = parts.filter(([size]) => size > 0).map(([size, sentence]) => t(sentence, { number: size }));
  if (change.relations) told.push(t('relations'));
  if (change.rules) told.push(t('label rules'));
  if (change.reordered) told.push(t('reordered'));
  return told.join(', ') || t('nothing');
}

function byId(ontology: Ontology): Map<string, Category> {
  return new Map(ontology.categories?.map((entry) => [entry.id, entry]) ?? []);
}
