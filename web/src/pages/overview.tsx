/** How a project stands, and the way to work. */
import {
  Alert, Button, Grid, Group, Paper, SimpleGrid, Skeleton, Stack, Table, Text, Title,
} from '@mantine/core';
import { IconArrowRight, IconChecks, IconPencil, IconScale, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link } from 'react-router';

import { t } from '../language/language';
import { Marked } from '../language/marked';
import { progress as progressQuery } from '../queries';
import { useMe } from '../ui/guard';
import { ConsequenceNotice } from '../ui/quality/consequences';
import { Page } from '../ui/page';
import { projectPath, studioPath } from '../ui/places';
import { useProject } from '../ui/project';
import { Answer, Empty } from '../ui/state';
import { StateBar, StateLegend } from '../ui/state-bar';
import { atLeast, count, duration, number, percent } from '../ui/words';
import type { Person, Progress, Project, Stage, Waiting } from '../wire';

const Throughput = lazy(() => import('../ui/throughput'));

export default function Overview() {
  const { project } = useProject();
  const progress = useQuery(progressQuery(project.id));
  return (
    <Page title={t('Overview')} about={project.description} order={2}>
      <ConsequenceNotice />
      <Answer of={progress}>
        {(data) => (data.items === 0 ? <NoItems project={project} /> : <Figures project={project} progress={data} />)}
      </Answer>
    </Page>
  );
}

function NoItems({ project }: { project: Project }) {
  const mayImport = atLeast(project.role, 'manager');
  return (
    <Empty
      icon={<IconUpload />}
      title={t('No items yet')}
      action={
        mayImport && (
          <Button component={Link} to={projectPath(project.id, 'import')}>
            {t('Import images')}
          </Button>
        )
      }
    >
      {mayImport
        ? t('Drop in a folder of images or a zip. They are ready to annotate within seconds.')
        : t('A manager has still to import the images.')}
    </Empty>
  );
}

function Figures({ project, progress }: { project: Project; progress: Progress }) {
  return (
    <Stack gap="md">
      <Work project={project} progress={progress} />
      <Paper p="lg">
        <Group justify="space-between" mb="sm" align="baseline">
          <Title order={3}>
            {t('{{percent}} done', { percent: percent(progress.states.done, progress.items) })}
          </Title>
          <Text size="sm" c="dimmed">
            {count(progress.items, 'item')} · {count(progress.annotations, 'annotation')}
            {progress.seconds_per_item !== null && ` · ${t('{{time}} of work an item', { time: duration(progress.seconds_per_item) })}`}
          </Text>
        </Group>
        <StateBar counts={progress.states} height={12} />
        <StateLegend
          counts={progress.states}
          to={(state) => `${projectPath(project.id, 'items')}?state=${state}`}
        />
      </Paper>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Paper p="lg" h="100%">
            <Title order={3} mb="md">
              {t('Handed in each day')}
            </Title>
            {progress.throughput.length ? (
              <Suspense fallback={<Skeleton height={230} />}>
                <Throughput days={progress.throughput} />
              </Suspense>
            ) : (
              <Text c="dimmed" size="sm">
                {t('Nothing was submitted yet. The first submission starts the chart.')}
              </Text>
            )}
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Paper p="lg" h="100%">
            <Title order={3} mb="sm">
              {t('Who waits for what')}
            </Title>
            <WaitingFor waiting={progress.waiting_for} states={progress.states} />
          </Paper>
        </Grid.Col>
      </Grid>
      <People people={progress.people} />
    </Stack>
  );
}

function Work({ project, progress }: { project: Project; progress: Progress }) {
  const me = useMe();
  const open = (stage: Stage) =>
    progress.waiting_for
      .filter((entry) => entry.stage === stage && (entry.assignee === null || entry.assignee === me.id))
      .reduce((sum, entry) => sum + entry.count, 0);
  const mine = progress.people.find(({ member }) => member === me.id)?.holding ?? 0;
  const returned = progress.waiting_for
    .filter(({ stage, assignee }) => stage === 'annotate' && assignee === me.id)
    .reduce((sum, entry) => sum + entry.count, 0);
  const mayReview = atLeast(project.role, 'reviewer') && project.workflow.review;
  const disputed = atLeast(project.role, 'reviewer') ? open('adjudicate') : 0;
  const nothing = open('annotate') + open('review') + disputed + mine === 0;
  return (
    <Stack gap="md">
      {returned > 0 && (
        <Alert color="orange" title={t('{{count}} items came back to you', { count: returned })}>
          {t('A reviewer pinned what to change. They come first when you start annotating.')}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 1 + Number(mayReview) + Number(disputed > 0) }} spacing="md">
        <Start
          to={studioPath(project.id, 'annotate')}
          icon={<IconPencil size={24} />}
          title={t('Start annotating')}
          note={open('annotate') ? t('{{count}} items to annotate', { count: open('annotate') }) : rest(mine)}
          strong
        />
        {disputed > 0 && (
          <Start
            to={studioPath(project.id, 'adjudicate')}
            icon={<IconScale size={24} />}
            title={t('Decide disputes')}
            note={t('{{count}} items on which answers differ', { count: disputed })}
          />
        )}
        {mayReview && (
          <Start
            to={studioPath(project.id, 'review')}
            icon={<IconChecks size={24} />}
            title={t('Start reviewing')}
            note={open('review') ? t('{{count}} submissions to review', { count: open('review') }) : t('Nothing to review now')}
          />
        )}
      </SimpleGrid>
      {nothing && progress.states.done === progress.items && (
        <Alert color="pine" title={t('Everything is done')}>
          <Marked
            sentence="Freeze it as a <link>release</link> to export it."
            parts={{
              link: <Link to={projectPath(project.id, 'releases')} style={{ color: 'var(--mantine-color-anchor)' }} />,
            }}
          />
        </Alert>
      )}
    </Stack>
  );
}

function rest(held: number): string {
  return held ? t('You hold {{count}} items', { count: held }) : t('Nothing to annotate now');
}

interface StartProps {
  to: string;
  icon: React.ReactNode;
  title: string;
  note: string;
  strong?: boolean;
}

function Start({ to, icon, title, note, strong = false }: StartProps) {
  return (
    <Button
      component={Link}
      to={to}
      variant={strong ? 'filled' : 'default'}
      h={68}
      justify="flex-start"
      leftSection={icon}
      rightSection={<IconArrowRight size={18} />}
      styles={{ label: { flex: 1 }, inner: { gap: 8 } }}
    >
      <Stack gap={0} align="flex-start">
        <Text fw={640} fz="md" c="inherit">
          {title}
        </Text>
        <Text size="sm" c={strong ? 'inherit' : 'dimmed'} style={strong ? { opacity: 0.88 } : {}}>
          {note}
        </Text>
      </Stack>
    </Button>
  );
}

function WaitingFor({ waiting, states }: { waiting: Waiting[]; states: Progress['states'] }) {
  if (waiting.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        {states.annotating ? t('Every open item is in somebody’s hands.') : t('Nothing waits.')}
      </Text>
    );
  }
  return (
    <Table withRowBorders={false} verticalSpacing={5} horizontalSpacing={0}>
      <Table.Tbody>
        {waiting.map(({ stage, assignee, assignee_name, count: tasks }) => (
          <Table.Tr key={`${stage} ${assignee}`}>
            <Table.Td className="lw-break">
              {assignee === null ? (stage === 'annotate' ? t('Any annotator') : t('Any reviewer')) : assignee_name}
              <Text size="xs" c="dimmed">
                {stage === 'review' ? t('to review') : stage === 'adjudicate' ? t('to decide') : assignee === null ? t('to annotate') : t('to correct')}
              </Text>
            </Table.Td>
            <Table.Td ta="right" fw={620}>
              {number(tasks)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function People({ people }: { people: Person[] }) {
  if (people.length === 0) return null;
  return (
    <Paper p={0}>
      <Title order={3} p="lg" pb="xs">
        {t('People')}
      </Title>
      <Table.ScrollContainer minWidth={640}>
        <Table highlightOnHover horizontalSpacing="lg">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('Name')}</Table.Th>
              <Table.Th ta="right">{t('Submitted')}</Table.Th>
              <Table.Th ta="right">{t('Accepted')}</Table.Th>
              <Table.Th ta="right">{t('Returned')}</Table.Th>
              <Table.Th ta="right">{t('Reviewed')}</Table.Th>
              <Table.Th ta="right">{t('Work')}</Table.Th>
              <Table.Th ta="right">{t('Holds now')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.map((person) => (
              <Table.Tr key={person.member}>
                <Table.Td className="lw-break">{person.name}</Table.Td>
                <Table.Td ta="right">{number(person.submitted)}</Table.Td>
                <Table.Td ta="right">{number(person.accepted)}</Table.Td>
                <Table.Td ta="right">{number(person.returned)}</Table.Td>
                <Table.Td ta="right">{number(person.reviewed)}</Table.Td>
                <Table.Td ta="right">{duration(person.seconds)}</Table.Td>
                <Table.Td ta="right">{number(person.holding)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
