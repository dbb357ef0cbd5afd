/** The commonest errors with the newest examples, and the categories that reviews found confused. */
import { Group, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';

import { t } from '../../language/language';
import { item as itemQuery } from '../../queries';
import { useCodeWords } from '../error-codes';
import { useProject } from '../project';
import { count, percent } from '../words';
import { Pictures } from './behind';
import { How } from './how';
import { spokenMethod } from './method-words';
import type { CommonError, PeopleReport } from './wire';

export function CommonErrors({ errors }: { errors: CommonError[] }) {
  const { project } = useProject();
  const codeWord = useCodeWords(project.id);
  if (errors.length === 0) return null;
  return (
    <Paper p="lg" data-testid="common-errors">
      <Group gap={4} mb="sm">
        <Title order={3}>{t('The commonest errors')}</Title>
        <How method={spokenMethod('errors')} />
      </Group>
      <Stack gap="lg">
        {errors.slice(0, 6).map((error) => (
          <div key={error.code}>
            <Group justify="space-between" gap="sm">
              <Text fw={600} size="sm">
                {codeWord(error.code)}
              </Text>
              <Text size="sm" c="dimmed">
                {count(error.errors, 'time')} · {percent(error.share, 1)}
              </Text>
            </Group>
            <Progress value={error.share * 100} color="var(--lw-returned)" size="sm" mb="xs" aria-label={codeWord(error.code)} />
            <Examples ids={error.examples} />
          </div>
        ))}
      </Stack>
    </Paper>
  );
}

/** Examples are items by id; the name of one that is gone stays away. */
function Examples({ ids }: { ids: string[] }) {
  const found = useQueries({ queries: ids.map((id) => itemQuery(id)) });
  return <Pictures items={ids.map((id, at) => ({ item: id, name: found[at]?.data?.name ?? '' }))} />;
}

export function ConfusedPairs({ pairs, nameOf }: { pairs: PeopleReport['pairs']; nameOf: (id: string) => string }) {
  if (pairs.length === 0) return null;
  return (
    <Paper p="lg">
      <Group gap={4}>
        <Title order={3}>{t('Categories that are taken for one another')}</Title>
        <How method={spokenMethod('mistaken')} />
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t('As reviews found. Whoever picks one that is often wrong is told so in the studio.')}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
        {pairs.map((pair) => (
          <Text key={`${pair.one} ${pair.other}`} size="sm">
            {t('{{one}} that should be {{other}}: {{times}}', { one: nameOf(pair.one), other: nameOf(pair.other), times: count(pair.one_for_other, 'time') })}
            {pair.other_for_one > 0 && ` · ${t('the other way round: {{times}}', { times: count(pair.other_for_one, 'time') })}`}
          </Text>
        ))}
      </SimpleGrid>
    </Paper>
  );
}
