/** The card of a release: what is in it, where it comes from, who made it, and what nobody knows of it. */
import { BarChart } from '@mantine/charts';
import { Alert, Anchor, Button, Group, List, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { IconDownload, IconFileUnknown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';

import { address } from '../api';
import { t } from '../language/language';
import { releaseCard, releases as releasesQuery } from '../queries';
import { Thumbnail } from '../ui/item-picture';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer, Empty } from '../ui/state';
import { day, duration, number, percent } from '../ui/words';
import type { Leak, Release, ReleaseCard } from '../wire';

const AREAS = ['≤ 0.01 %', '≤ 0.1 %', '≤ 1 %', '≤ 5 %', '≤ 10 %', '≤ 25 %', '≤ 50 %', '> 50 %'];

export default function Card() {
  const { project } = useProject();
  const { r: tag } = useParams();
  const releases = useQuery(releasesQuery(project.id));
  return (
    <Answer of={releases}>
      {(data) => {
        const release = data.find((one) => one.tag === tag);
        if (!release) return <Empty icon={<IconFileUnknown />} title={t('There is no release {{tag}}', { tag: tag ?? '' })} />;
        return <Loaded release={release} />;
      }}
    </Answer>
  );
}

function Loaded({ release }: { release: Release }) {
  const card = useQuery(releaseCard(release.id));
  return (
    <Page
      title={t('Card of release {{tag}}', { tag: release.tag })}
      order={2}
      about={t('What one has to know of training data before using it. What nobody measured or wrote down is said to be unknown.')}
      actions={
        <Button
          component="a"
          variant="default"
          leftSection={<IconDownload size={16} />}
          href={address(`/releases/${release.id}/card.md`)}
          download={`${release.tag}.md`}
        >
          {t('As Markdown')}
        </Button>
      }
    >
      <Answer of={card}>{(data) => <Sections card={data} release={release} />}</Answer>
    </Page>
  );
}

function Sections({ card, release }: { card: ReleaseCard; release: Release }) {
  const unknown = (text: string) => text || t('not written down');
  return (
    <Stack gap="md">
      {card.gaps.length > 0 && (
        <Alert color="orange" title={t('Gaps and shortcomings')}>
          <List size="sm" spacing={4}>
            {card.gaps.map((gap) => (
              <List.Item key={gap} className="lw-break">
                {gap}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Section title={t('Purpose and design choices')}>
          <Fact name={t('Description')}>{unknown(card.description)}</Fact>
          <Fact name={t('Ontology and guideline')}>
            {t('versions {{ontology}} and {{guideline}}', { ontology: release.ontology_version, guideline: release.brief_version })}
          </Fact>
          <Fact name={t('Goes on from')}>{card.parent ?? t('nothing: it is the first')}</Fact>
          <Fact name={t('Made')}>{day(release.created_at)}</Fact>
          {release.notes && <Fact name={t('Notes')}>{release.notes}</Fact>}
        </Section>
        <Section title={t('Collection and origin')}>
          <Fact name={t('Origin of the pictures')}>{unknown(card.origin)}</Fact>
          <Fact name={t('Licence')}>{unknown(card.licence)}</Fact>
          {card.sources.map(([source, items]) => (
            <Fact key={source} name={t('{{count}} items', { count: items })}>
              {source}
            </Fact>
          ))}
        </Section>
        <Section title={t('Annotation and checking')}>
          {Object.entries(card.authors).map(([author, marks]) => (
            <Fact key={author} name={author === 'people' ? t('By people') : author}>
              {number(marks)} ({percent(marks, release.annotations)})
            </Fact>
          ))}
          <Fact name={t('Checked by a second person')}>
            {number(card.reviewed)} ({percent(card.reviewed, release.annotations)}), {t('{{count}} reviewers', { count: card.reviewers })}
          </Fact>
          <Fact name={t('Began as a prediction')}>
            {number(card.from_models)}, {t('{{count}} of them changed by people', { count: card.touched_models })}
          </Fact>
          <Fact name={t('Human work that was measured')}>{duration(card.seconds)}</Fact>
          <Fact name={t('Accuracy')}>{card.accuracy ?? t('not measured')}</Fact>
          <Fact name={t('Agreement between annotators')}>
            {card.agreement === null
              ? t('not measured')
              : t('{{percent}} % of their answers match, on {{items}} items that several people answered', { percent: Math.round(card.agreement * 100), items: number(card.agreement_items) })}
          </Fact>
        </Section>
        <Section title={t('Splits')}>
          {Object.keys(card.splits).length === 0 && <Text size="sm">{t('No splits.')}</Text>}
          {Object.entries(card.splits).map(([name, items]) => (
            <Fact key={name} name={name}>
              {number(items)} ({percent(items, release.items)})
            </Fact>
          ))}
          {card.leaks.map((leak) => (
            <LeakRow key={leak.item} leak={leak} />
          ))}
        </Section>
      </SimpleGrid>
      <Section title={t('Balance of the categories')}>
        <BarChart
          h={Math.max(160, card.categories.length * 30)}
          data={card.categories.map(({ name, annotations }) => ({ name, annotations }))}
          dataKey="name"
          orientation="vertical"
          yAxisProps={{ width: 160 }}
          series={[{ name: 'annotations', label: t('Annotations'), color: 'pine.6' }]}
        />
        <Table.ScrollContainer minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('Category')}</Table.Th>
                <Table.Th ta="right">{t('Annotations')}</Table.Th>
                <Table.Th ta="right">{t('Items')}</Table.Th>
                <Table.Th ta="right">{t('Median size of the picture')}</Table.Th>
                {Object.keys(card.splits).map((name) => (
                  <Table.Th key={name} ta="right">
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {card.categories.map((one) => (
                <Table.Tr key={one.name}>
                  <Table.Td className="lw-break">{one.name}</Table.Td>
                  <Table.Td ta="right">
                    {number(one.annotations)} ({percent(one.annotations, release.annotations)})
                  </Table.Td>
                  <Table.Td ta="right">{number(one.items)}</Table.Td>
                  <Table.Td ta="right">{one.median_area === null ? '–' : `${(one.median_area * 100).toFixed(2)} %`}</Table.Td>
                  {Object.keys(card.splits).map((name) => (
                    <Table.Td key={name} ta="right">
                      {number(one.splits[name] ?? 0)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Section title={t('Sizes of the annotations')}>
          <BarChart
            h={220}
            data={card.areas.map((count, place) => ({ share: AREAS[place], count }))}
            dataKey="share"
            series={[{ name: 'count', label: t('Annotations'), color: 'blue.6' }]}
          />
          <Text size="sm" c="dimmed">
            {t('As COCO counts: {{small}} small, {{medium}} medium, {{large}} large.', {
              small: number(card.sizes.small ?? 0),
              medium: number(card.sizes.medium ?? 0),
              large: number(card.sizes.large ?? 0),
            })}
          </Text>
        </Section>
        <Section title={t('Sizes of the pictures')}>
          {card.pictures.map(([size, items]) => (
            <Fact key={size} name={size}>
              {number(items)}
            </Fact>
          ))}
          <Fact name={t('Items without annotations')}>{number(card.empty_items)}</Fact>
        </Section>
      </SimpleGrid>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper p="md">
      <Title order={3} size="h4" mb="sm">
        {title}
      </Title>
      <Stack gap={6}>{children}</Stack>
    </Paper>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" justify="space-between">
      <Text size="sm" c="dimmed" className="lw-break">
        {name}
      </Text>
      <Text size="sm" className="lw-break" ta="right" component="div" style={{ minWidth: 0 }}>
        {children}
      </Text>
    </Group>
  );
}

function LeakRow({ leak }: { leak: Leak }) {
  const side = (id: string, name: string, split: string) => (
    <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
      <div style={{ width: 48, height: 36, flex: 'none' }}>
        <Thumbnail id={id} name={name} />
      </div>
      <Anchor component={Link} to={`/items/${id}`} size="sm" truncate>
        {split}: {name}
      </Anchor>
    </Group>
  );
  return (
    <SimpleGrid cols={2} spacing="xs">
      {side(leak.item, leak.name, leak.split)}
      {side(leak.near, leak.near_name, leak.near_split)}
    </SimpleGrid>
  );
}
