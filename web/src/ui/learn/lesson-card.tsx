/** A test or course as its learner sees it: what it asks, where one stands, and the way in. */
import { Badge, Button, Group, Paper, Progress, Spoiler, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import { attemptPath } from '../places';
import { ago, count, moment } from '../words';
import { learnKey } from './queries';
import type { Attempt, Lesson } from './wire';
import { KIND_WORDS, percentOf } from './words';

export function LessonCard({ lesson, manage }: { lesson: Lesson; manage?: ReactNode }) {
  const go = useNavigate();
  const { mine } = lesson;
  const begin = useMutation({
    mutationFn: () => api.post<Attempt>(`/lessons/${lesson.id}/attempts`),
    onSuccess: (attempt) => void go(attemptPath(lesson.project, attempt.id)),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(lesson.project) }),
  });
  const mayBegin = mine.open !== null || (mine.why_not === null && lesson.asked > 0);
  return (
    <Paper p="md" data-testid="lesson" style={{ opacity: lesson.retired ? 0.6 : 1 }}>
      <Stack gap="xs" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={3} style={{ overflowWrap: 'anywhere' }}>
            {lesson.name}
          </Title>
          <Badge variant="light" color={lesson.kind === 'test' ? 'grape' : 'blue'} style={{ flex: 'none' }}>
            {KIND_WORDS[lesson.kind]}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {[
            count(lesson.asked, 'item'),
            t('passed with {{percent}}', { percent: percentOf(lesson.pass_mark) }),
            ...(lesson.skill ? [t('grants the skill “{{skill}}”', { skill: lesson.skill })] : []),
            ...(lesson.valid_days ? [t('for {{count}} days', { count: lesson.valid_days })] : []),
          ].join(' · ')}
        </Text>
        {lesson.instructions && (
          <Spoiler maxHeight={88} showLabel={t('Show all')} hideLabel={t('Show less')} fz="sm">
            <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {lesson.instructions}
            </Text>
          </Spoiler>
        )}
        <Standing lesson={lesson} />
        <Group mt="auto" justify="space-between">
          <Button size="xs" disabled={!mayBegin || lesson.retired} loading={begin.isPending} onClick={() => begin.mutate()} data-testid="begin">
            {mine.open ? t('Go on') : mine.last ? t('Try again') : t('Begin')}
          </Button>
          {manage}
        </Group>
      </Stack>
    </Paper>
  );
}

function Standing({ lesson }: { lesson: Lesson }) {
  const { mine } = lesson;
  const lines: string[] = [];
  if (mine.passed_at && mine.why_not === 'passed') {
    lines.push(mine.valid_until ? t('Passed, valid until {{when}}', { when: moment(mine.valid_until) }) : t('Passed {{ago}}', { ago: ago(mine.passed_at) }));
  } else if (mine.passed_at && mine.valid_until) {
    lines.push(t('It counted until {{when}} and must be passed again.', { when: moment(mine.valid_until) }));
  }
  if (mine.why_not === 'too_early' && mine.retry_at) lines.push(t('It can be tried again from {{when}}.', { when: moment(mine.retry_at) }));
  if (mine.why_not === 'no_attempts_left') lines.push(t('All attempts are used. A manager can grant another one.'));
  if (mine.why_not === null && mine.left !== null) lines.push(t('{{count}} attempts left', { count: mine.left }));
  if (lesson.asked === 0) lines.push(t('Nothing can be asked yet: a manager adds gold items to it.'));
  return (
    <Stack gap={4} data-testid="lesson-standing">
      {mine.best !== null && (
        <Group gap="xs" wrap="nowrap">
          <Progress value={mine.best * 100} color={mine.best >= lesson.pass_mark ? 'pine' : 'orange'} style={{ flex: 1 }} aria-label={t('Best score')} />
          <Text size="xs" c="dimmed">
            {t('best {{percent}}', { percent: percentOf(mine.best) })}
          </Text>
        </Group>
      )}
      {lines.map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
    </Stack>
  );
}
