/** That one is in a test or course, how far along, and the way to end it. */
import { Badge, Button, Group } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import { attemptOf, learnKey } from '../learn/queries';
import { KIND_WORDS } from '../learn/words';
import { tellProblem } from '../notify';
import { projectPath } from '../places';

export function AttemptBadge({ project, attempt, task }: { project: string; attempt: string; task: string }) {
  const go = useNavigate();
  const of = attemptOf(attempt);
  const { data } = useQuery({ ...of, queryKey: [...of.queryKey, task] });
  if (!data) return null;
  const giveUp = () =>
    modals.openConfirmModal({
      title: t('End this attempt?'),
      children: t('It counts as tried. What you answered so far is kept.'),
      labels: { confirm: t('End it'), cancel: t('Stay here') },
      onConfirm: () =>
        void api
          .post(`/attempts/${attempt}/give-up`)
          .then(() => client.invalidateQueries({ queryKey: learnKey(project) }))
          .then(() => go(projectPath(project, 'learn')), tellProblem),
    });
  return (
    <Group gap={4} wrap="nowrap" style={{ flex: 'none' }}>
      <Badge variant="light" color={data.kind === 'test' ? 'grape' : 'blue'} radius="sm" tt="none" title={data.name} data-testid="attempt">
        {t('{{kind}}: {{number}} of {{all}}', { kind: KIND_WORDS[data.kind] ?? '', number: Math.min(data.answered + 1, data.asked), all: data.asked })}
      </Badge>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={giveUp} data-testid="give-up">
        {t('End')}
      </Button>
    </Group>
  );
}
