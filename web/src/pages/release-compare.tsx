/** What changed between two releases: counts that filter, and every changed item with its picture. */
import { Badge, Button, Group, Paper, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { IconArrowsDiff } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { ontology as ontologyQuery, releaseDifference, releases as releasesQuery } from '../queries';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { ChangedItem } from '../ui/releases/changed-item';
import { Answer, Empty, Failure, Loading } from '../ui/state';
import { number } from '../ui/words';
import type { ChangeCounts, ChangePage, Difference, Release } from '../wire';

export default function ReleaseCompare() {
  const { project } = useProject();
  const releases = useQuery(releasesQuery(project.id));
  const [asked, setAsked] = useSearchParams();
  const set = (name: string, value: string | null) =>
    setAsked((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  return (
    <Page title={t('What changed')} order={2} about={t('Two releases side by side: which items and annotations came, went or are others.')}>
      <Answer of={releases}>
        {(data) => {
          const find = (tag: string | null) => data.find((release) => release.tag === tag);
          const after = find(asked.get('to')) ?? data[0];
          const before = find(asked.get('from')) ?? data.find(({ id }) => id === after?.parent) ?? data[1];
          const tags = data.map(({ tag }) => tag);
          if (!after || !before) {
            return <Empty icon={<IconArrowsDiff />} title={t('There are no two releases to compare yet')} />;
          }
          return (
            <Stack>
              <Group>
                <Select label={t('From')} data={tags} value={before.tag} allowDeselect={false} onChange={(tag) => set('from', tag)} />
                <Select label={t('To')} data={tags} value={after.tag} allowDeselect={false} onChange={(tag) => set('to', tag)} />
              </Group>
              <Changes before={before} after={after} kind={asked.get('kind')} onKind={(kind) => set('kind', kind)} />
            </Stack>
          );
        }}
      </Answer>
    </Page>
  );
}

interface Props {
  before: Release;
  after: Release;
  kind: string | null;
  onKind: (kind: string | null) => void;
}

function Changes({ before, after, kind, onKind }: Props) {
  const difference = useQuery(releaseDifference(before.id, after.id));
  const { data: view } = useQuery(ontologyQuery(after.project));
  const categories = new Map(view?.ontology.categories?.map((category) => [category.id, category]));
  const pages = useInfiniteQuery({
    queryKey: ['release', before.id, 'changes', after.id, kind],
    queryFn: ({ pageParam }) =>
      api.get<ChangePage>(`/releases/${before.id}/difference/${after.id}/items`, { start: pageParam, limit: 24, change: kind }),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const shown = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack>
      <Answer of={difference}>{(data) => <Summary data={data} kind={kind} onKind={onKind} />}</Answer>
      {pages.error && <Failure error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <Loading rows={4} height={120} />}
      {pages.data && shown.length === 0 && (
        <Empty icon={<IconArrowsDiff />} title={kind ? t('Nothing changed in this way') : t('Nothing changed')} />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {shown.map((change) => (
          <ChangedItem key={change.item} change={change} categories={categories} />
        ))}
      </SimpleGrid>
      {pages.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('Show more')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Summary({ data, kind, onKind }: { data: Difference; kind: string | null; onKind: (kind: string | null) => void }) {
  const chip = (word: string, label: string, count: number | undefined, color: string) =>
    count ? (
      <Badge
        key={word}
        component="button"
        size="lg"
        tt="none"
        color={color}
        variant={kind === word ? 'filled' : 'light'}
        aria-pressed={kind === word}
        style={{ cursor: 'pointer' }}
        onClick={() => onKind(kind === word ? null : word)}
      >
        {label} {number(count)}
      </Badge>
    ) : null;
  const { items = {}, annotations = {}, fields = {}, moved = {}, categories = {}, ontology = [] } = data;
  const movedCount = Object.values(moved).reduce((sum, count) => sum + count, 0);
  return (
    <Paper p="md">
      <Stack gap="sm">
        <Group gap="xs">
          {chip('items.added', t('Items added'), items.added, 'pine')}
          {chip('items.removed', t('Items removed'), items.removed, 'red')}
          {chip('items.changed', t('Items changed'), items.changed, 'blue')}
          {chip('moved', t('Moved to another split'), movedCount, 'grape')}
          <Text size="sm" c="dimmed">
            {t('{{count}} items are as they were.', { count: data.unchanged ?? 0 })}
          </Text>
        </Group>
        <Group gap="xs">
          {chip('added', t('Annotations added'), annotations.added, 'pine')}
          {chip('removed', t('Annotations removed'), annotations.removed, 'red')}
          {chip('changed', t('Annotations changed'), annotations.changed, 'blue')}
          {chip('shape', t('Shape changed'), fields.shape, 'blue')}
          {chip('category', t('Category changed'), fields.category, 'blue')}
          {chip('attributes', t('Attributes changed'), fields.attributes, 'blue')}
        </Group>
        {Object.keys(categories).length > 0 && (
          <Table withTableBorder maw={620}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('Category')}</Table.Th>
                <Table.Th ta="right">{t('Added')}</Table.Th>
                <Table.Th ta="right">{t('Removed')}</Table.Th>
                <Table.Th ta="right">{t('Changed')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {Object.entries(categories).map(([name, counts]) => (
                <CategoryRow key={name} name={name} counts={counts} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {ontology.length > 0 && (
          <Text size="sm" className="lw-break">
            {t('The ontology is another: {{changes}}.', { changes: ontology.join('; ') })}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

function CategoryRow({ name, counts }: { name: string; counts: ChangeCounts }) {
  return (
    <Table.Tr>
      <Table.Td className="lw-break">{name}</Table.Td>
      <Table.Td ta="right">{number(counts.added ?? 0)}</Table.Td>
      <Table.Td ta="right">{number(counts.removed ?? 0)}</Table.Td>
      <Table.Td ta="right">{number(counts.changed ?? 0)}</Table.Td>
    </Table.Tr>
  );
}
