/** What reviewing only a part has shown: errors of the random share, of the risky, and of what passed. */
import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconEyeCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import { t } from '../../language/language';
import type { components } from '../../model/api';
import { projectPath } from '../places';
import { useProject } from '../project';
import { Answer, Empty, Loading } from '../state';
import { atLeast, duration, number } from '../words';
import { How } from './how';
import { spokenMethod } from './method-words';
import { sampling } from './queries';

type Sampled = components['schemas']['Sampled'];

export default function ReviewSample() {
  const { project } = useProject();
  const found = useQuery(sampling(project.id));
  return (
    <Answer of={found} loading={<Loading rows={4} />}>
      {(view) =>
        view.passed + view.random.items + view.risk.items === 0 ? (
          <Empty
            icon={<IconEyeCheck />}
            title={t('Nothing was chosen for review yet')}
            action={
              atLeast(project.role, 'manager') && (
                <Button component={Link} to={projectPath(project.id, 'workflow')}>
                  {t('Set what is reviewed')}
                </Button>
              )
            }
          >
            {t('Where only a part of the work is reviewed, the part drawn at random tells how good the rest is.')}
          </Empty>
        ) : (
          <Stack gap="md" data-testid="review-sample">
            <Paper p="lg">
              <Group gap={4}>
                <Title order={3}>{t('What nobody reviewed')}</Title>
                <How method={spokenMethod('sampled')} />
              </Group>
              <Text fz={28} fw={660} mt={4}>
                {view.unreviewed.share === null ? '–' : t('{{share}} of the items wrong', { share: part(view.unreviewed.share) })}
              </Text>
              <Text size="sm" c="dimmed">
                {view.unreviewed.high === null
                  ? t('Nothing that was drawn at random is reviewed yet, so nothing is known of the {{passed}} that passed.', { passed: number(view.passed) })
                  : t('{{low}} to {{high}} with 95 % confidence, by {{items}} items drawn at random; {{passed}} passed without a review.', {
                      low: part(view.unreviewed.low ?? 0),
                      high: part(view.unreviewed.high),
                      items: number(view.unreviewed.items),
                      passed: number(view.passed),
                    })}
              </Text>
            </Paper>
            <SimpleGrid cols={{ base: 1, sm: 3 }}>
              <Reviewed title={t('Drawn at random')} found={view.random} />
              <Reviewed title={t('Reviewed for their risk')} found={view.risk} />
              <Paper p="md">
                <Group gap={4}>
                  <Text size="sm" c="dimmed">
                    {t('Time saved')}
                  </Text>
                  <How method={spokenMethod('saved')} />
                </Group>
                <Text fz={24} fw={660}>
                  {view.seconds_saved === null ? '–' : duration(view.seconds_saved)}
                </Text>
                <Text size="sm" c="dimmed">
                  {t('{{passed}} items passed without a review', { passed: number(view.passed) })}
                </Text>
              </Paper>
            </SimpleGrid>
          </Stack>
        )
      }
    </Answer>
  );
}

function Reviewed({ title, found }: { title: string; found: Sampled }) {
  return (
    <Paper p="md">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text fz={24} fw={660}>
        {found.share === null ? '–' : part(found.share)}
      </Text>
      <Text size="sm" c="dimmed">
        {t('{{wrong}} of {{items}} items wrong', { wrong: number(found.wrong), items: number(found.items) })}
        {found.low !== null && found.high !== null && ` (${part(found.low)} – ${part(found.high)})`}
      </Text>
    </Paper>
  );
}

const part = (share: number): string => `${(share * 100).toFixed(1)} %`;
