/** All projects, and the way to a new one. */
import { Button, Group, Paper, SimpleGrid, Skeleton, Text, TextInput, Title } from '@mantine/core';
import { IconFolderPlus, IconLayersSubtract, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';

import { t } from '../language/language';
import { projects } from '../queries';
import { useMe } from '../ui/guard';
import { NewProject } from '../ui/new-project';
import { Page } from '../ui/page';
import { projectPath } from '../ui/places';
import { Answer, Empty } from '../ui/state';
import { StateBar, total } from '../ui/state-bar';
import { ago, atLeast, percent, ROLE_WORDS, SHAPE_WORDS } from '../ui/words';
import type { Project } from '../wire';

const MANY = 8;

export default function Home() {
  const me = useMe();
  const all = useQuery(projects());
  const [search, setSearch] = useSearchParams();
  const [wanted, setWanted] = useState('');
  const mayCreate = atLeast(me.role, 'manager');
  const open = () => setSearch({ create: '1' });
  const create = mayCreate && (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      {t('New project')}
    </Button>
  );
  return (
    <Page
      title={t('Projects')}
      actions={
        <>
          {(all.data?.length ?? 0) > MANY && (
            <TextInput
              aria-label={t('Find a project')}
              placeholder={t('Find a project')}
              leftSection={<IconSearch size={15} />}
              value={wanted}
              onChange={(event) => setWanted(event.currentTarget.value)}
            />
          )}
          {all.data?.length ? create : null}
        </>
      }
    >
      <Answer of={all} loading={<Cards />}>
        {(data) =>
          data.length === 0 ? (
            <Nothing mayCreate={mayCreate} create={create} />
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2, md: 3, xl: 4 }} spacing="md">
              {data.filter((entry) => fits(entry, wanted)).map((entry) => (
                <Card key={entry.id} project={entry} />
              ))}
            </SimpleGrid>
          )
        }
      </Answer>
      <NewProject opened={mayCreate && search.has('create')} onClose={() => setSearch({})} />
    </Page>
  );
}

function fits(entry: Project, wanted: string): boolean {
  return entry.name.toLowerCase().includes(wanted.trim().toLowerCase());
}

function Cards() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, md: 3, xl: 4 }} spacing="md" aria-busy aria-label={t('Loading')}>
      {[0, 1, 2].map((card) => (
        <Skeleton key={card} height={150} />
      ))}
    </SimpleGrid>
  );
}

function Nothing({ mayCreate, create }: { mayCreate: boolean; create: React.ReactNode }) {
  if (!mayCreate) {
    return (
      <Empty icon={<IconLayersSubtract />} title={t('You are in no project yet')}>
        {t('Ask the person who invited you to add you to one. It appears here by itself.')}
      </Empty>
    );
  }
  return (
    <Empty icon={<IconFolderPlus />} title={t('Begin with a project')} action={create}>
      {t('A project holds one labeling effort: its items, what can be said about them, and the people who say it. Name it, list the categories, then drop in your images.')}
    </Empty>
  );
}

function Card({ project }: { project: Project }) {
  const all = total(project.counts);
  return (
    <Paper component={Link} to={projectPath(project.id)} className="lw-link-card" p="lg">
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
        <Title order={2} className="lw-clip" title={project.name}>
          {project.name}
        </Title>
        <Text size="xs" c="dimmed" style={{ flex: 'none' }} pt={3}>
          {ROLE_WORDS[project.role] ?? ''}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" lineClamp={2} mih="2.9em" mt={4} mb="md" className="lw-break">
        {project.description || t('No description')}
      </Text>
      <StateBar counts={project.counts} />
      <Group justify="space-between" mt="xs" gap="xs">
        <Text size="sm">
          {all ? t('{{percent}} of {{count}} items done', { percent: percent(project.counts.done ?? 0, all), count: all }) : t('No items yet')}
        </Text>
        <Text size="xs" c="dimmed">
          {project.kinds.map((kind) => SHAPE_WORDS[kind] ?? kind).join(', ')}
          {project.kinds.length > 0 && ' · '}
          {ago(project.updated_at)}
        </Text>
      </Group>
    </Paper>
  );
}
