/** The brief for those who follow it. */
import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';

import { t } from '../../language/language';
import type { Brief } from '../../wire';
import { SHAPE_WORDS } from '../words';
import { Guideline } from './markdown';
import { targetWords } from './target-words';

export function BriefReading({ project, brief }: { project: string; brief: Brief }) {
  return (
    <Stack maw={820}>
      <Paper p="lg">
        <Group gap="xs" mb="xs">
          {(brief.kinds ?? ['box']).map((kind) => (
            <Badge key={kind} variant="light" tt="none">
              {SHAPE_WORDS[kind] ?? kind}
            </Badge>
          ))}
        </Group>
        <Text className="lw-break" style={{ whiteSpace: 'pre-wrap' }}>
          {brief.summary || t('No summary was written.')}
        </Text>
        {brief.targets?.map((target, index) => (
          <Text key={index} size="sm" mt="sm">
            {targetWords(target)}
          </Text>
        ))}
      </Paper>
      {brief.pages?.map((page) => (
        <Paper key={page.id} p="lg">
          <Title order={3} mb="sm">
            {page.title}
          </Title>
          <Guideline project={project} text={page.text ?? ''} />
        </Paper>
      ))}
    </Stack>
  );
}
