/** Answers to gold that one is told of: each opens beside what is right. */
import { Badge, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { t } from '../../language/language';
import { useProject } from '../project';
import { Answer } from '../state';
import { ago, atLeast } from '../words';
import { openComparison } from './compare-dialog';
import { goldAnswers } from './queries';
import { percentOf } from './words';

/** `title`: how the table is headed; `empty`: what stands where there is nothing. */
export function ToldAnswers({ title, empty }: { title: string; empty: string }) {
  const { project } = useProject();
  const manages = atLeast(project.role, 'manager');
  const answers = useQuery(goldAnswers(project.id));
  return (
    <Paper p="md" data-testid="told-answers">
      <Stack gap="sm">
        <Title order={3}>{title}</Title>
        <Answer of={answers}>
          {(rows) =>
            rows.length === 0 ? (
              <Text size="sm" c="dimmed">
                {empty}
              </Text>
            ) : (
              <Table verticalSpacing={6} highlightOnHover>
                <Table.Tbody>
                  {rows.map((one) => (
                    <Table.Tr
                      key={one.task}
                      tabIndex={0}
                      style={{ cursor: 'pointer' }}
                      onClick={() => openComparison(project.id, one.task, one.item_name)}
                      onKeyDown={({ key }) => key === 'Enter' && openComparison(project.id, one.task, one.item_name)}
                      data-testid="told-answer"
                    >
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.item_name}</Table.Td>
                      {manages && <Table.Td>{one.member_name}</Table.Td>}
                      <Table.Td>{ago(one.answered_at)}</Table.Td>
                      <Table.Td ta="right">
                        <Group gap="xs" justify="flex-end">
                          {one.score === null ? t('put aside') : t('{{percent}} right', { percent: percentOf(one.score) })}
                          {one.passed !== null && (
                            <Badge variant="light" color={one.passed ? 'pine' : 'orange'}>
                              {one.passed ? t('Good') : t('Not yet')}
                            </Badge>
                          )}
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Answer>
      </Stack>
    </Paper>
  );
}
