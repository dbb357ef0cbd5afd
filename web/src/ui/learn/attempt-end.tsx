/** The end of an attempt: passed or not, with what score, and the answers where they may be seen. */
import { Button, Group, Paper, Stack, Table, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconRotate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import { t } from '../../language/language';
import { projectPath, studioPath } from '../places';
import { Answer } from '../state';
import { openComparison } from './compare-dialog';
import { attemptOf } from './queries';
import type { Attempt } from './wire';
import { percentOf } from './words';

export function AttemptEnd({ project, attempt }: { project: string; attempt: string }) {
  const found = useQuery(attemptOf(attempt));
  return <Answer of={found}>{(data) => <Ended project={project} attempt={data} />}</Answer>;
}

function Ended({ project, attempt }: { project: string; attempt: Attempt }) {
  const isPassed = attempt.state === 'passed';
  const open = ({ task, number }: Attempt['answers'][number]) => openComparison(project, task, t('Item {{number}}', { number }));
  return (
    <Stack align="center" maw={560} ta="center" data-testid="attempt-end">
      <ThemeIcon size={64} radius="xl" variant="light" color={isPassed ? 'pine' : 'orange'} aria-hidden>
        {isPassed ? <IconCheck size={34} /> : <IconRotate size={32} />}
      </ThemeIcon>
      <Title order={1}>{isPassed ? t('Passed: {{name}}', { name: attempt.name }) : t('Not passed yet: {{name}}', { name: attempt.name })}</Title>
      <Text>
        {attempt.score === null
          ? t('It was ended before its last item.')
          : t('You were {{percent}} right; {{mark}} is asked for.', { percent: percentOf(attempt.score), mark: percentOf(attempt.pass_mark) })}
      </Text>
      {isPassed && attempt.skill && <Text fw={600}>{t('You hold the skill “{{skill}}” now.', { skill: attempt.skill })}</Text>}
      {attempt.answers.length > 0 && (
        <Paper p="sm" w="100%" style={{ maxHeight: '40dvh', overflowY: 'auto' }}>
          <Table verticalSpacing={4} highlightOnHover>
            <Table.Tbody>
              {attempt.answers.map((one) => (
                <Table.Tr
                  key={one.task}
                  style={{ cursor: 'pointer' }}
                  tabIndex={0}
                  onClick={() => open(one)}
                  onKeyDown={({ key }) => key === 'Enter' && open(one)}
                  data-testid="attempt-answer"
                >
                  <Table.Td ta="left">{t('Item {{number}}', { number: one.number })}</Table.Td>
                  <Table.Td ta="right">{one.score === null ? t('put aside') : t('{{percent}} right', { percent: percentOf(one.score) })}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
      <Group>
        <Button component={Link} to={projectPath(project, 'learn')}>
          {t('Back to Learn')}
        </Button>
        {isPassed && (
          <Button component={Link} to={studioPath(project, 'annotate')} variant="default">
            {t('To the work')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
