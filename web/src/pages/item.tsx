/** One item: its picture, what was said about it by whom, and the evidence of each annotation. */
import { Alert, Anchor, Box, Breadcrumbs, Button, Grid, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';

import { t } from '../language/language';
import { Marked } from '../language/marked';
import * as query from '../queries';
import { AnnotationTable } from '../ui/items/annotation-table';
import { IssueList } from '../ui/items/issue-list';
import { Reopen } from '../ui/items/reopen';
import { Source, useSources } from '../ui/items/sources';
import { ItemPicture } from '../ui/item-picture';
import { Page } from '../ui/page';
import { projectPath, studioPath } from '../ui/places';
import { Answer, Failure } from '../ui/state';
import { StateBadge } from '../ui/state-bar';
import { atLeast, bytes, moment } from '../ui/words';
import type { Item as ItemView, Project } from '../wire';

export default function Item() {
  const { i = '' } = useParams();
  const item = useQuery(query.item(i));
  return <Answer of={item}>{(data) => <InProject key={data.id} item={data} />}</Answer>;
}

function InProject({ item }: { item: ItemView }) {
  const project = useQuery(query.project(item.project));
  return <Answer of={project}>{(data) => <Details item={item} project={data} />}</Answer>;
}

function Details({ item, project }: { item: ItemView; project: Project }) {
  const [marked, setMarked] = useState<string | null>(null);
  const maySeeHistory = atLeast(project.role, 'reviewer');
  const history = useQuery({ ...query.history(item.id), enabled: maySeeHistory });
  const { data: ontology } = useQuery(query.ontology(project.id));
  const categories = new Map(ontology?.ontology.categories?.map((entry) => [entry.id, entry]) ?? []);
  const { sources, chosen, choose } = useSources(history.data);
  const document = useQuery({ ...query.document(chosen ?? ''), enabled: Boolean(chosen) });
  const annotations = document.data?.document?.annotations ?? [];
  return (
    <>
      <Breadcrumbs separatorMargin={6} mb="xs" className="lw-width">
        <Anchor component={Link} to={projectPath(project.id)} c="dimmed" size="sm">
          {project.name}
        </Anchor>
        <Anchor component={Link} to={projectPath(project.id, 'explore')} c="dimmed" size="sm">
          {t('Explore')}
        </Anchor>
      </Breadcrumbs>
      <Page title={item.name} actions={<Actions item={item} project={project} />}>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 8 }}>
            <Stack gap="md">
              <Paper p="sm">
                <ItemPicture
                  item={item}
                  annotations={annotations}
                  categories={categories}
                  marked={marked}
                  onMark={setMarked}
                />
              </Paper>
              {document.error && <Failure error={document.error} />}
              <AnnotationTable
                annotations={annotations}
                categories={categories}
                project={project.id}
                marked={marked}
                onMark={setMarked}
              />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Stack gap="md">
              <Facts item={item} />
              {maySeeHistory && (
                <Paper p="md">
                  <Title order={3} mb="sm">
                    {t('History')}
                  </Title>
                  <Answer of={history}>
                    {() => <Source sources={sources} chosen={chosen} onChoose={choose} />}
                  </Answer>
                </Paper>
              )}
              <IssueList item={item.id} />
            </Stack>
          </Grid.Col>
        </Grid>
      </Page>
    </>
  );
}

function Actions({ item, project }: { item: ItemView; project: Project }) {
  const isFinished = item.state === 'done' || item.state === 'skipped';
  return (
    <>
      <StateBadge state={item.state} />
      {item.task && (
        <Button
          component={Link}
          variant="default"
          to={studioPath(project.id, item.state === 'review' ? 'review' : 'annotate', item.task)}
        >
          {t('Open in the studio')}
        </Button>
      )}
      {isFinished && atLeast(project.role, 'manager') && <Reopen item={item} project={project} />}
    </>
  );
}

function Facts({ item }: { item: ItemView }) {
  const facts: [string, React.ReactNode][] = [
    [t('Size'), t('{{width}} × {{height}} pixels', { width: String(item.width), height: String(item.height) })],
    [t('File'), `${item.media_type.replace('image/', '').toUpperCase()}, ${bytes(item.bytes ?? 0)}`],
    [t('Client id'), item.key ?? '—'],
    [t('Imported'), moment(item.created_at)],
    ['SHA-256', <Box component="span" key="sha" className="lw-mono lw-break">{item.sha256}</Box>],
  ];
  return (
    <Paper p="md">
      <Title order={3} mb="sm">
        {t('Facts')}
      </Title>
      <Stack gap={6}>
        {facts.map(([word, value]) => (
          <Group key={word} wrap="nowrap" align="baseline" gap="md">
            <Text size="sm" c="dimmed" w={88} style={{ flex: 'none' }}>
              {word}
            </Text>
            <Text size="sm" component="div" className="lw-break">
              {value}
            </Text>
          </Group>
        ))}
        {item.near_duplicate_of && (
          <Alert mt="xs" color="orange" p="xs">
            <Marked
              sentence="Looks almost like <item>another item</item>."
              parts={{ item: <Anchor component={Link} to={`/items/${item.near_duplicate_of}`} size="sm" /> }}
            />
          </Alert>
        )}
        {item.notes?.map((note) => (
          <Text key={note} size="sm" c="dimmed">
            {note}
          </Text>
        ))}
      </Stack>
    </Paper>
  );
}
