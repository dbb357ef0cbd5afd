/**
 * What the server refused, in the reader's language.
 *
 * Servers answer in English. A sentence that a catalogue knows is translated as it stands; of any other the
 * code says in general what happened, and the server's own sentence follows it.
 */
import { knows, language, phrase, t } from './language';

const IN_GENERAL: Record<string, string> = {
  conflict: phrase('Something changed in the meantime'),
  'conflict.in_progress': phrase('This is being done already'),
  'conflict.name_taken': phrase('This name is taken'),
  'conflict.not_ready': phrase('This is not ready yet'),
  'conflict.stale_version': phrase('Somebody saved a newer version first'),
  'conflict.wrong_state': phrase('This cannot be done in its present state'),
  'draft.conflicts': phrase('Two hands changed the same annotations'),
  'export.would_drop': phrase('The format cannot hold everything'),
  'file.image_too_large': phrase('The image is too large'),
  'file.key_taken': phrase('Another file has this client id'),
  'file.unreadable_image': phrase('The image cannot be read'),
  'file.unreadable_labels': phrase('The file of labels cannot be read'),
  'file.unsafe_archive': phrase('The archive is not safe to open'),
  'file.unusable': phrase('The file cannot be used'),
  forbidden: phrase('You may not do this'),
  forged: phrase('The request did not come from this page'),
  invalid: phrase('Something in this cannot be accepted'),
  'invalid.annotations': phrase('Some annotations break the ontology'),
  'invalid.ontology': phrase('The ontology contradicts itself'),
  'invalid.rules': phrase('Label rules are broken'),
  'invalid.shape': phrase('The shape cannot be used'),
  'job.failed': phrase('The job failed'),
  not_found: phrase('There is nothing here by that name'),
  'sign_in.failed': phrase('Signing in did not work'),
  'sign_in.required': phrase('Sign in first'),
  'storage.failed': phrase('The server could not store this'),
  'storage.full': phrase('The server has no room left'),
  'storage.no_room': phrase('The server has too little room left'),
  'task.lease_lost': phrase('You no longer hold this task'),
  'task.paused': phrase('You get no new tasks for now'),
  'task.too_many_held': phrase('You hold too many tasks'),
  throttled: phrase('Too many tries'),
  too_large: phrase('This is larger than the server accepts'),
};

export interface Told {
  title: string;
  remedy: string;
}

export function problemWords(code: string, detail: string, remedy: string | null): Told {
  const help = translated(remedy ?? '');
  const general = IN_GENERAL[code];
  if (language() === 'en' || knows(detail) || !general) return { title: translated(detail), remedy: help };
  return { title: t(general), remedy: `${detail} ${help}`.trim() };
}

function translated(sentence: string): string {
  // Any other is shown as it came: a name in it may look like a placeholder of ours.
  return knows(sentence) ? t(sentence) : sentence;
}
