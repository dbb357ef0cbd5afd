/** The facets in the order of the panel, who sees them, and what their values are called. */
import { phrase, spoken, t } from '../../language/language';
import type { Category, ItemState, Role } from '../../wire';
import { bytes, moment, number, SHAPE_WORDS, STATE_WORDS } from '../words';
import type { FacetValue } from './wire';

export interface FacetPlace {
  name: string;
  word: string;
  needs: Role;
}

export const FACETS: FacetPlace[] = [
  { name: 'states', word: phrase('State'), needs: 'annotator' },
  { name: 'categories', word: phrase('Category'), needs: 'annotator' },
  { name: 'annotations', word: phrase('Annotations'), needs: 'annotator' },
  { name: 'tags', word: phrase('Tags'), needs: 'annotator' },
  { name: 'splits', word: phrase('Split'), needs: 'annotator' },
  { name: 'attributes', word: phrase('Attributes'), needs: 'reviewer' },
  { name: 'shapes', word: phrase('Shapes'), needs: 'reviewer' },
  { name: 'authors', word: phrase('Authors'), needs: 'reviewer' },
  { name: 'reviewers', word: phrase('Reviewers'), needs: 'reviewer' },
  { name: 'score', word: phrase('Lowest model score'), needs: 'reviewer' },
  { name: 'megapixels', word: phrase('Megapixels'), needs: 'annotator' },
  { name: 'width', word: phrase('Width'), needs: 'annotator' },
  { name: 'height', word: phrase('Height'), needs: 'annotator' },
  { name: 'aspect', word: phrase('Width by height'), needs: 'annotator' },
  { name: 'bytes', word: phrase('File size'), needs: 'annotator' },
  { name: 'near_duplicates', word: phrase('Near duplicates'), needs: 'annotator' },
  { name: 'sources', word: phrase('Where the file is'), needs: 'annotator' },
  { name: 'imports', word: phrase('Import'), needs: 'manager' },
];

const SOURCE_WORDS: Record<string, string> = spoken<string>({ stored: 'Stored here', in_place: 'Read in place' });

export const facetWord = (name: string) => t(FACETS.find((facet) => facet.name === name)?.word ?? name);

/** What one value of a facet is called. */
export function valueWord(facet: string, one: FacetValue | string, categories: ReadonlyMap<string, Category>): string {
  const value = typeof one === 'string' ? one : one.value;
  const name = typeof one === 'string' ? null : one.name;
  switch (facet) {
    case 'states':
      return STATE_WORDS[value as ItemState] ?? value;
    case 'categories':
      return categories.get(value)?.name ?? value;
    case 'splits':
      return value || t('No split');
    case 'shapes':
      return (SHAPE_WORDS as Record<string, string>)[value] ?? value;
    case 'sources':
      return SOURCE_WORDS[value] ?? value;
    case 'near_duplicates':
      return value === 'true' ? t('Looks almost like another item') : t('Unlike any other');
    case 'imports':
      return name ? moment(name) : value || t('None');
    default:
      return name ?? value;
  }
}

/** A number of a facet as people read it. */
export function numberWord(facet: string, value: number): string {
  if (facet === 'bytes') return bytes(value);
  return number(Math.round(value * 1000) / 1000);
}
