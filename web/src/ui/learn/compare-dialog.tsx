/** The comparison on the whole window, between an answer and the next item. */
import { modals } from '@mantine/modals';

import { t } from '../../language/language';
import { Compare } from './compare';
import type { Scored } from './wire';

/** Shows an answer over what is right; resolves when the person goes on. */
export function compareFirst(project: string, { task, purpose }: Scored): Promise<void> {
  return new Promise((resolve) => {
    const id = `compare-${task}`;
    modals.open({
      modalId: id,
      fullScreen: true,
      title: purpose === 'gold' ? t('The answer to this item was known: yours beside what is right') : t('Your answer beside what is right'),
      onClose: resolve,
      children: <Compare project={project} task={task} onward={t('Go on')} onNext={() => modals.close(id)} />,
    });
  });
}

/** Shows an answer that was given earlier. */
export function openComparison(project: string, task: string, name: string): void {
  const id = `compare-${task}`;
  modals.open({
    modalId: id,
    fullScreen: true,
    title: name,
    children: <Compare project={project} task={task} onward={t('Close')} onNext={() => modals.close(id)} />,
  });
}
