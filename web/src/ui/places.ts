/** The pages of a project, in the order of their tabs, and who sees them. */
import { phrase } from '../language/language';
import type { Role, Stage } from '../wire';

export interface Place {
  path: string;
  word: string;
  needs: Role;
}

export const PROJECT_PLACES: Place[] = [
  { path: '', word: phrase('Overview'), needs: 'annotator' },
  { path: 'explore', word: phrase('Explore'), needs: 'annotator' },
  { path: 'import', word: phrase('Import'), needs: 'manager' },
  { path: 'ontology', word: phrase('Ontology'), needs: 'annotator' },
  { path: 'brief', word: phrase('Brief'), needs: 'annotator' },
  { path: 'members', word: phrase('Members'), needs: 'manager' },
  { path: 'releases', word: phrase('Releases'), needs: 'reviewer' },
  { path: 'learn', word: phrase('Learn'), needs: 'annotator' },
  { path: 'quality', word: phrase('Quality'), needs: 'annotator' },
  { path: 'models', word: phrase('Models'), needs: 'manager' },
  { path: 'jobs', word: phrase('Jobs'), needs: 'manager' },
  { path: 'workflow', word: phrase('Workflow'), needs: 'manager' },
  { path: 'settings', word: phrase('Settings'), needs: 'manager' },
];

export function projectPath(project: string, path = ''): string {
  return `/projects/${project}${path ? `/${path}` : ''}`;
}

export function studioPath(project: string, stage: Stage, task?: string, annotation?: string): string {
  const at = `${task ? `&task=${task}` : ''}${annotation ? `&annotation=${annotation}` : ''}`;
  return `/studio/${project}?stage=${stage}${at}`;
}

/** The studio on an attempt at a test or course. */
export function attemptPath(project: string, attempt: string): string {
  return `${studioPath(project, 'annotate')}&attempt=${attempt}`;
}

/** The grid of fast verification; `source` is review where the person may, else predictions. */
export function verifyPath(project: string, source?: 'review' | 'predictions'): string {
  return `/verify/${project}${source ? `?source=${source}` : ''}`;
}
