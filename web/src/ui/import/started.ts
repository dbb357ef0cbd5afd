/** What the server answers to a new import. */
import type { Import } from '../../wire';

export type Started = { import: Import } | Import;

export function idOfImport(started: Started): string {
  return 'import' in started ? started.import.id : started.id;
}
