/** A change of an ontology in sentences. */
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
    ...change.added.map((id) => `Adds ${name(id)}`),
    ...change.renamed.map((id) => `Renames “${old.get(id)?.name ?? id}” to ${name(id)}${marks(id)}`),
    ...change.recolored.map((id) => `Recolors ${name(id)}`),
    ...change.edited.map((id) => `Changes the details of ${name(id)}`),
    ...Object.entries(change.merged).map(([id, into]) => `Merges ${name(id)} into ${name(into)}${marks(id)}`),
    ...change.deleted.map((id) => `Deletes ${name(id)}${marks(id)}`),
    ...(change.relations ? ['Changes the relations'] : []),
    ...(change.reordered ? ['Changes the order, and with it the class order of every export to come'] : []),
  ];
}

/** The same in a few words, where the names are not at hand. */
export function changeSummary(change: OntologyChange): string {
  const parts = [
    [change.added.length, 'added'],
    [change.renamed.length, 'renamed'],
    [change.recolored.length, 'recolored'],
    [change.edited.length, 'changed'],
    [Object.keys(change.merged).length, 'merged'],
    [change.deleted.length, 'deleted'],
  ] as const;
  const told = parts.filter(([size]) => size > 0).map(([size, word]) => `${size} ${word}`);
  if (change.relations) told.push('relations');
  if (change.reordered) told.push('reordered');
  return told.join(', ') || 'nothing';
}

function byId(ontology: Ontology): Map<string, Category> {
  return new Map(ontology.categories?.map((entry) => [entry.id, entry]) ?? []);
}
