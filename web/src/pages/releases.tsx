/** Releases: frozen, numbered sets of accepted annotations, and their export. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconPackageExport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import { t } from '../language/language';
import { progress as progressQuery, releases as releasesQuery } from '../queries';
import { auditsOf } from '../ui/audits/queries';
import { shown } from '../ui/audits/words';
import { Page } from '../ui/page';
import { useMe } from '../ui/guard';
import { useProject } from '../ui/project';
import { ExportDialog } from '../ui/releases/export-dialog';
import { NewRelease } from '../ui/releases/new-release';
import { ReleaseDetail } from '../ui/releases/release-detail';
import { Answer, Empty } from '../ui/state';
import { Tour } from '../ui/tour';
import { ago, atLeast, count, number } from '../ui/words';
import type { Release } from '../wire';

export default function Releases() {
  const { project } = useProject();
  const me = useMe();
  const releases = useQuery(releasesQuery(project.id));
  const { data: progress } = useQuery(progressQuery(project.id));
  const { data: audits } = useQuery(auditsOf(project.id));
  const measured = (release: Release) => {
    const audit = audits?.find((one) => one.release === release.id && one.closed_at);
    return audit?.claims[0] ? shown(audit, audit.claims[0]) : t('Accuracy not measured');
  };
  const [isCreating, setCreating] = useState(false);
  const [exported, setExported] = useState<string | null | undefined>();
  const [opened, setOpened] = useState<Release | null>(null);
  const done = progress?.states.done ?? 0;
  const create = atLeast(project.role, 'manager') && (
    <Button disabled={done === 0} onClick={() => setCreating(true)}>
      {t('New release')}
    </Button>
  );
  return (
    <Page
      title={t('Releases')}
      order={2}
      about={t('A release freezes what is done under a tag. It never changes, and can be verified and exported at any time.')}
      actions={
        <>
          <Button
            variant="default"
            data-tour="export"
            leftSection={<IconDownload size={16} />}
            disabled={done === 0}
            onClick={() => setExported(null)}
          >
            {t('Export what is done now')}
          </Button>
          {releases.data?.length ? create : null}
        </>
      }
    >
      <Tour member={me.id} />
      <Answer of={releases}>
        {(data) =>
          data.length === 0 ? (
            <Empty icon={<IconPackageExport />} title={t('No release yet')} action={create}>
              {done
                ? t('{{count}} items are done and can be released.', { count: done })
                : t('Items that are done can be released. None is done so far.')}
            </Empty>
          ) : (
            <Stack gap="sm">
              {data.map((release) => (
                <Paper key={release.id} p="md">
                  <Group justify="space-between" wrap="nowrap" align="flex-start">
                    <div style={{ minWidth: 0 }}>
                      <Group gap="sm" align="baseline">
                        <Title order={3}>{release.tag}</Title>
                        <Text size="sm" c="dimmed">
                          {t('no. {{number}}', { number: release.number })} · {ago(release.created_at)} ·{' '}
                          {count(release.items, 'item')}, {count(release.annotations, 'annotation')}
                        </Text>
                        {Object.entries(release.splits).map(([name, items]) => (
                          <Badge key={name} variant="light" tt="none">
                            {name} {number(items)}
                          </Badge>
                        ))}
                      </Group>
                      {audits && (
                        <Text size="sm" mt={4} data-testid="measured">
                          {measured(release)}
                        </Text>
                      )}
                      {release.notes && (
                        <Text size="sm" mt={4} lineClamp={2} className="lw-break">
                          {release.notes}
                        </Text>
                      )}
                    </div>
                    <Group gap="xs" wrap="nowrap">
                      <Button
                        component={Link}
                        variant="default"
                        size="xs"
                        to={`/projects/${project.id}/releases/${encodeURIComponent(release.tag)}/card`}
                      >
                        {t('Card')}
                      </Button>
                      <Button
                        component={Link}
                        variant="default"
                        size="xs"
                        to={`/projects/${project.id}/releases/${encodeURIComponent(release.tag)}/audits`}
                      >
                        {t('Audits')}
                      </Button>
                      {release.parent && data.some(({ id }) => id === release.parent) && (
                        <Button
                          component={Link}
                          variant="default"
                          size="xs"
                          to={`/projects/${project.id}/releases/compare?from=${encodeURIComponent(
                            data.find(({ id }) => id === release.parent)?.tag ?? '',
                          )}&to=${encodeURIComponent(release.tag)}`}
                        >
                          {t('Changes')}
                        </Button>
                      )}
                      <Button variant="default" size="xs" onClick={() => setOpened(release)}>
                        {t('Details')}
                      </Button>
                      <Button size="xs" onClick={() => setExported(release.tag)}>
                        {t('Export')}
                      </Button>
                    </Group>
                  </Group>
                </Paper>
              ))}
            </Stack>
          )
        }
      </Answer>
      {isCreating && (
        <NewRelease
          project={project.id}
          number={(releases.data?.[0]?.number ?? 0) + 1}
          done={done}
          before={releases.data?.[0] ?? null}
          onClose={() => setCreating(false)}
        />
      )}
      {opened && <ReleaseDetail release={opened} onClose={() => setOpened(null)} />}
      {exported !== undefined && (
        <ExportDialog project={project.id} release={exported} onClose={() => setExported(undefined)} />
      )}
    </Page>
  );
}
