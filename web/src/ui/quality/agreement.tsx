/** How far people agree: one number first, then by category, pair, attribute and slice, and where they differ. */
import { Anchor, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconScale, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import { t } from '../../language/language';
import { ontology as ontologyQuery } from '../../queries';
import { projectPath, studioPath } from '../places';
import { useProject } from '../project';
import { Answer, Empty, Loading } from '../state';
import { atLeast, count } from '../words';
import { ByAttribute, ByCategory, BySlice } from './agreement-tables';
import { Pictures } from './behind';
import { Confused } from './confused';
import { isBeyondChance, meaning } from './figures';
import { Bar, Figure, How } from './how';
import { methodOf, spokenMethod } from './method-words';
import { PairMatrix } from './pair-matrix';
import { asked, named, type Slice, SliceForm, WHOLE } from './agreement-slice';
import { agreement as agreementQuery, agreementSlice as sliceQuery } from './queries';
import type { AgreementReport, AgreementView, Measure } from './wire';

export default function Agreement() {
  const { project } = useProject();
  const [slice, setSlice] = useState<Slice>(WHOLE);
  const isWhole = slice === WHOLE || JSON.stringify(slice) === JSON.stringify(WHOLE);
  const whole = useQuery({ ...agreementQuery(project.id), enabled: isWhole });
  const part = useQuery({ ...sliceQuery(project.id, asked(slice)), enabled: !isWhole });
  return (
    <Stack gap="md">
      <SliceForm slice={slice} onChange={setSlice} />
      <Answer of={isWhole ? whole : part} loading={<Loading rows={6} />}>
        {(view) => {
          if (view.report) return <Measured view={named(view, slice)} report={view.report} />;
          return isWhole ? <Nothing /> : <Empty icon={<IconUsers />} title={t('Nothing of this kind was found')}>{t('Choose other days, other items, or another pair.')}</Empty>;
        }}
      </Answer>
    </Stack>
  );
}

function Nothing() {
  const { project } = useProject();
  const mayChange = atLeast(project.role, 'manager');
  return (
    <Empty
      icon={<IconUsers />}
      title={t('No item was answered by two people yet')}
      action={
        mayChange && (
          <Button component={Link} to={projectPath(project.id, 'workflow')}>
            {t('Set overlap in the workflow')}
          </Button>
        )
      }
    >
      {mayChange
        ? t('Agreement is measured where several people answer the same item without seeing one another. Ask for two or three answers on a share of the items; ten percent is a good beginning.')
        : t('Agreement is measured where several people answer the same item without seeing one another. A manager sets this in the workflow.')}
    </Empty>
  );
}

function Measured({ view, report }: { view: AgreementView; report: AgreementReport }) {
  const { project } = useProject();
  const { data: ontology } = useQuery(ontologyQuery(project.id));
  const categories = ontology?.ontology.categories ?? [];
  const nameOf = (id: string) => categories.find((category) => category.id === id)?.name ?? id;
  const personOf = (id: string) => view.names[id] ?? id;
  const rest = Object.values(report.overall).filter(({ method }) => method !== report.headline);
  return (
    <Stack gap="md" data-testid="agreement">
      <Headline report={report} view={view} />
      <Paper p="lg">
        <Title order={3} mb="sm">
          {t('Other measures')}
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md" verticalSpacing="sm">
          {rest.map((measure) => (
            <div key={measure.method}>
              <Text size="sm" c="dimmed">
                {methodOf(report.methods, measure.method)?.title ?? measure.method}
              </Text>
              <Figure measure={measure} methods={report.methods} />
            </div>
          ))}
        </SimpleGrid>
      </Paper>
      <ByCategory report={report} categories={categories} />
      <PairMatrix report={report} personOf={personOf} />
      <Confused report={report} nameOf={nameOf} />
      <ByAttribute report={report} categories={categories} />
      <BySlice report={report} />
      <Lowest view={view} />
    </Stack>
  );
}

function Headline({ report, view }: { report: AgreementReport; view: AgreementView }) {
  const head: Measure | undefined = report.headline ? report.overall[report.headline] : undefined;
  const method = head ? methodOf(report.methods, head.method) : null;
  return (
    <Paper p="lg" data-testid="headline">
      <Group justify="space-between" align="flex-start" gap="xl">
        <Stack gap={4} style={{ flex: '1 1 340px' }}>
          <Group gap={4}>
            <Text c="dimmed" size="sm">
              {method?.title ?? t('Agreement')}
            </Text>
          </Group>
          {head ? (
            <Group gap="sm" align="baseline">
              <Text fz={34} fw={680} lh={1.1}>
                {head.value === null ? '–' : head.value.toFixed(2)}
              </Text>
              {head.low !== null && head.high !== null && (
                <Text c="dimmed">{t('{{low}} to {{high}}', { low: head.low.toFixed(2), high: head.high.toFixed(2) })}</Text>
              )}
              <How method={method} />
              <How method={methodOf(report.methods, 'bootstrap')} />
            </Group>
          ) : (
            <Text>{report.reason ?? t('No measure has a value here.')}</Text>
          )}
          {head && head.value !== null && isBeyondChance(head.method) && <Text>{meaning(head)}</Text>}
          {head?.reason && (
            <Text size="sm" c="dimmed">
              {head.reason}
            </Text>
          )}
        </Stack>
        <Stack gap={6} style={{ flex: '1 1 220px' }} maw={420}>
          {head && <Bar measure={head} />}
          <Text size="sm" c="dimmed">
            {t('{{people}} answered {{items}} in common.', { people: count(report.people.length, 'person', 'people'), items: count(report.compared, 'item') })}
            {view.of > view.items && view.items > 0 && ` ${t('Of {{count}} merged items, the newest are measured.', { count: view.of })}`}
          </Text>
        </Stack>
      </Group>
    </Paper>
  );
}

function Lowest({ view }: { view: AgreementView }) {
  const { project } = useProject();
  const disputed = view.lowest.filter(({ state }) => state === 'adjudicate').length;
  if (view.lowest.length === 0) return null;
  return (
    <Paper p="lg">
      <Group justify="space-between" mb="sm">
        <div>
          <Group gap={4}>
            <Title order={3}>{t('Where people agree least')}</Title>
            <How method={spokenMethod('item')} />
          </Group>
          <Text size="sm" c="dimmed">
            {t('The share of answers that match, between all two people of an item.')}
          </Text>
        </div>
        {disputed > 0 && (
          <Button component={Link} size="xs" variant="default" leftSection={<IconScale size={16} />} to={studioPath(project.id, 'adjudicate')}>
            {t('Decide {{count}} disputes', { count: disputed })}
          </Button>
        )}
      </Group>
      <Pictures items={view.lowest.slice(0, 24)} project={project.id} />
      {view.of > view.lowest.length && (
        <Anchor component={Link} size="sm" mt="sm" display="inline-block" to={projectPath(project.id, 'explore')}>
          {t('All items')}
        </Anchor>
      )}
    </Paper>
  );
}
