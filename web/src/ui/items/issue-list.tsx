/** The issues pinned on an item, with what was said. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, issues as issuesQuery } from '../../queries';
import type { Issue } from '../../wire';
import { ago } from '../words';

export function IssueList({ item }: { item: string }) {
  const { data: issues = [] } = useQuery(issuesQuery(item));
  const change = useMutation({
    mutationFn: (issue: Issue) =>
      api.patch(`/issues/${issue.id}`, { state: issue.state === 'open' ? 'resolved' : 'open' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['item', item, 'issues'] }),
  });
  if (issues.length === 0) return null;
  return (
    <Paper p="md">
      <Title order={3} mb="sm">
        {t('Issues')}
      </Title>
      <Stack gap="md">
        {issues.map((issue) => (
          <Stack key={issue.id} gap={4}>
            <Group justify="space-between">
              <Badge variant="light" color={issue.state === 'open' ? 'orange' : 'pine'} tt="none">
                {issue.state === 'open' ? t('Open') : t('Resolved')}
              </Badge>
              <Button variant="subtle" size="compact-xs" onClick={() => change.mutate(issue)}>
                {issue.state === 'open' ? t('Resolve') : t('Open again')}
              </Button>
            </Group>
            {issue.comments.map((comment) => (
              <Text key={comment.id} size="sm" className="lw-break">
                <b>{comment.author_name}</b> {comment.text}{' '}
                <Text span size="xs" c="dimmed">
                  {ago(comment.created_at)}
                </Text>
              </Text>
            ))}
          </Stack>
        ))}
      </Stack>
    </Paper>
  );
}
