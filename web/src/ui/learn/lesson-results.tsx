/** How people did in a test or course: attempts, and the items by how hard they were. */
import { Badge, Button, Modal, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import { Answer } from '../state';
import { ago } from '../words';
import { learnKey, resultsOf } from './queries';
import type { Lesson } from './wire';
import { percentOf, STATE_COLORS, STATE_WORDS } from './words';

export function LessonResultsDialog({ lesson, onClose }: { lesson: Lesson; onClose: () => void }) {
  const results = useQuery(resultsOf(lesson.project, lesson.id));
  const forgive = useMutation({
    mutationFn: (attempt: string) => api.post(`/attempts/${attempt}/forgive`, { reason: '' }),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(lesson.project) }),
  });
  return (
    <Modal opened onClose={onClose} size="xl" title={t('How people did in “{{name}}”', { name: lesson.name })}>
      <Answer of={results}>
        {({ attempts, items }) => (
          <Stack>
            {attempts.length === 0 && <Text c="dimmed">{t('Nobody tried it yet.')}</Text>}
            {attempts.length > 0 && (
              <Table verticalSpacing={6}>
                <Table.Tbody>
                  {attempts.map((one) => (
                    <Table.Tr key={one.id} data-testid="tried">
                      <Table.Td miw={140} style={{ overflowWrap: 'anywhere' }}>{one.name}</Table.Td>
                      <Table.Td>{t('attempt {{number}}', { number: one.number })}</Table.Td>
                      <Table.Td>{ago(one.ended_at ?? one.started_at)}</Table.Td>
                      <Table.Td>{one.score === null ? '–' : percentOf(one.score)}</Table.Td>
                      <Table.Td>
                        <Badge variant="light" color={STATE_COLORS[one.state] ?? 'gray'}>
                          {STATE_WORDS[one.state]}
                        </Badge>
                      </Table.Td>
                      <Table.Td ta="right">
                        {(one.state === 'failed' || one.state === 'given_up') && (
                          <Button size="compact-xs" variant="default" loading={forgive.isPending && forgive.variables === one.id} onClick={() => forgive.mutate(one.id)} data-testid="forgive">
                            {t('Grant another attempt')}
                          </Button>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
            {items.length > 0 && (
              <Stack gap={4}>
                <Title order={4}>{t('The hardest items first')}</Title>
                <Table verticalSpacing={4}>
                  <Table.Tbody>
                    {items.slice(0, 20).map((one) => (
                      <Table.Tr key={one.gold}>
                        <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.item_name}</Table.Td>
                        <Table.Td>{t('{{count}} answers', { count: one.answers })}</Table.Td>
                        <Table.Td ta="right">{one.score === null ? '–' : t('{{percent}} right', { percent: percentOf(one.score) })}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Stack>
            )}
          </Stack>
        )}
      </Answer>
    </Modal>
  );
}
