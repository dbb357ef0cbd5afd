/** The pages of a project, in the order of their tabs, and who sees them. */
import type { Role } from '../wire';

export interface Place {
  path: string;
  word: string;
  needs: Role;
}

export const PROJECT_PLACES: Place[] = [
  { path: '', word: 'Overview', needs: 'annotator' },
  { path: 'items', word: 'Items', needs: 'annotator' },
  { path: 'import', word: 'Import', needs: 'manager' },
  { path: 'ontology', word: 'Ontology', needs: 'annotator' },
  { path: 'brief', word: 'Brief', needs: 'annotator' },
  { path: 'members', word: 'Members', needs: 'manager' },
  { path: 'releases', word: 'Releases', needs: 'reviewer' },
  { path: 'jobs', word: 'Jobs', needs: 'manager' },
  { path: 'settings', word: 'Settings', needs: 'manager' },
];

export function projectPath(project: string, path = ''): string {
  return `/projects/${project}${path ? `/${path}` : ''}`;
}

export function studioPath(project: string, stage: 'annotate' | 'review', task?: string): string {
  return `/studio/${project}?stage=${stage}${task ? `&task=${task}` : ''}`;
}
