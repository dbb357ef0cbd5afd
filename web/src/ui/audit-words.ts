/** What the audit log records, as people say it; an action that is not listed is shown by its own name. */
import { spoken } from '../language/language';
import { plain } from './words';

const ACTION_WORDS: Record<string, string> = spoken<string>({
  sign_in: 'Signed in',
  'sign_in.failed': 'Sign-in failed',
  sign_out: 'Signed out',
  'password.changed': 'Password changed',
  'token.created': 'Token made',
  'token.revoked': 'Token revoked',
  'member.created': 'Member added',
  'member.introduced': 'Member introduced themselves',
  'member.changed': 'Member changed',
  'member.link_made': 'Sign-in link made',
  'invitation.created': 'Invitation made',
  'invitation.accepted': 'Invitation accepted',
  'invitation.revoked': 'Invitation revoked',
  'project.created': 'Project created',
  'project.changed': 'Project changed',
  'project.member_set': 'Member of a project set',
  'project.member_removed': 'Member of a project removed',
  'project.exported': 'Project exported',
  'ontology.changed': 'Ontology changed',
  'brief.changed': 'Brief changed',
  'import.started': 'Import started',
  'import.finished': 'Import finished',
  'import.undone': 'Import undone',
  'task.submitted': 'Task submitted',
  'task.skipped': 'Task skipped',
  'item.reopened': 'Item reopened',
  'draft.brought_in': 'Unsaved work brought in',
  'release.created': 'Release made',
  'job.cancelled': 'Job cancelled',
  'job.retried': 'Job tried again',
  'backup.restored': 'Backup restored',
});

export function actionWords(action: string): string {
  return ACTION_WORDS[action] ?? plain(action);
}
