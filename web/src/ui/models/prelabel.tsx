/** Pre-labeling: choose a model, look at what it finds on a few items, set the threshold, and let it run. */
import { Alert, Button, Group, NativeSelect, Paper, SimpleGrid, Slider, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';

import { address, api } from '../../api';
import { t } from '../../language/language';
import { client, ontology as ontologyQuery } from '../../queries';
import { FALLBACK_COLOR } from '../../model/ontology';
import type { Category } from '../../wire';
import { FollowJob, isOver, useJob } from '../jobs/follow';
import { Failure, Loading } from '../state';
import { number } from '../words';
import { FoundPicture } from './found-picture';
import { binned, expected, mapped } from './histogram';
import classes from './models.module.css';
import { Outcome } from './outcome';
import { finds, type Look, type Model, models, predictedBy, type PredictReport, segments } from './wire';

const LOOKED = 12;
const AREAS = ['mask', 'polygon'];

export function Prelabel({ project }: { project: string }) {
  const { data: list = [], isPending } = useQuery(models());
  const choices = list.filter(finds);
  const [chosen, setChosen] = useState<string | null>(null);
  const name = chosen ?? choices[0]?.name;
  const model = choices.find((one) => one.name === name);
  const look = useMutation({
    mutationFn: (asked: string) => api.post<Look>(`/projects/${project}/predictions/look`, { model: asked, count: LOOKED }),
  });
  if (isPending) return <Loading rows={2} />;
  return (
    <Paper p="md" withBorder data-testid="prelabel">
      <Stack>
        <Title order={3} fz="lg">
          {t('Pre-label')}
        </Title>
        <Text size="sm" c="dimmed" maw={720}>
          {t('A model looks at the items, and what it finds is shown as proposals in the studio. Nothing that people said is touched.')}
        </Text>
        <Group align="flex-end">
          <NativeSelect
            label={t('Model')}
            data={choices.map(({ name: value, title }) => ({ value, label: title }))}
            value={name ?? ''}
            onChange={(event) => {
              setChosen(event.currentTarget.value);
              look.reset();
            }}
            data-testid="choose-model"
          />
          <Button disabled={!model} loading={look.isPending} onClick={() => model && look.mutate(model.name)} data-testid="look">
            {t('Look at a few items')}
          </Button>
          <Button variant="subtle" component={Link} to="/models">
            {t('All models')}
          </Button>
        </Group>
        {look.isError && <Failure error={look.error} />}
        {look.data && model && <Looked key={`${look.data.model}${look.submittedAt}`} look={look.data} model={model} list={list} project={project} />}
      </Stack>
    </Paper>
  );
}

interface LookedProps {
  look: Look;
  model: Model;
  list: Model[];
  project: string;
}

function Looked({ look, model, list, project }: LookedProps) {
  const { data } = useQuery(ontologyQuery(project));
  const categories = data?.ontology.categories ?? [];
  const [mapping, setMapping] = useState<Readonly<Record<string, string>>>(look.mapping);
  const [least, setLeast] = useState(look.least_score);
  const segmenter = list.find(segments);
  const [masks, setMasks] = useState(false);
  const byId = new Map(categories.map((category) => [category.id, category]));
  const found = mapped(look, mapping);
  const kept = found.filter(({ score }) => score >= least).length;
  const used = Object.fromEntries(Object.entries(mapping).filter(([, category]) => category));
  const takesAreas = Object.values(used).some((id) => byId.get(id)?.shapes?.some((kind) => AREAS.includes(kind)));
  const start = useMutation({
    mutationFn: () =>
      api.post<{ job: string }>(`/projects/${project}/predictions`, {
        model: model.name,
        mapping: used,
        least_score: least,
        segmenter: masks && segmenter ? segmenter.name : null,
      }),
  });
  const job = start.data?.job;
  const { data: followed } = useJob(job);
  const isDone = followed ? isOver(followed.state) : false;
  useEffect(() => {
    if (isDone) void client.invalidateQueries({ queryKey: predictedBy(project).queryKey });
  }, [isDone, project]);
  if (look.looked.length === 0) return <Alert>{t('There are no items yet: import some first.')}</Alert>;
  return (
    <Stack>
      <Mapping look={look} categories={categories} mapping={mapping} onMapping={setMapping} />
      {found.length > 0 && <Threshold scores={found.map(({ score }) => score)} least={least} onLeast={setLeast} />}
      <Text size="sm" data-testid="kept">
        {t('{{kept}} of {{found}} stay in the sample: about {{all}} on {{items}} items.', {
          kept: number(kept),
          found: number(found.length),
          all: number(expected(look, kept)),
          items: number(look.items),
        })}
      </Text>
      <Samples look={look} mapping={mapping} least={least} categories={byId} />
      <Group>
        <Button disabled={Object.keys(used).length === 0} loading={start.isPending || (Boolean(job) && !isDone)} onClick={() => start.mutate()} data-testid="run">
          {t('Pre-label all {{number}}', { number: number(look.items) })}
        </Button>
        {takesAreas && segmenter && (
          <Switch label={t('Boxes become masks, by {{name}}', { name: segmenter.title })} checked={masks} onChange={(event) => setMasks(event.currentTarget.checked)} />
        )}
      </Group>
      {Object.keys(used).length === 0 && <Alert color="yellow">{t('Say first which category a label means: none is named like one.')}</Alert>}
      {start.isError && <Failure error={start.error} />}
      {job && <FollowJob id={job} />}
      {followed?.state === 'done' && <Outcome report={followed.report as PredictReport} />}
    </Stack>
  );
}

interface MappingProps {
  look: Look;
  categories: readonly Category[];
  mapping: Readonly<Record<string, string>>;
  onMapping: (mapping: Readonly<Record<string, string>>) => void;
}

const SHOWN = 12;

function Mapping({ look, categories, mapping, onMapping }: MappingProps) {
  const [isAll, setAll] = useState(false);
  const seen = [...new Set([...Object.keys(mapping), ...Object.keys(look.labels)])];
  const shown = isAll ? seen : seen.slice(0, SHOWN);
  const data = [{ value: '', label: t('left out') }, ...categories.map(({ id, name }) => ({ value: id, label: name }))];
  return (
    <Stack gap={4}>
      <Table withRowBorders={false} verticalSpacing={3} maw={600} data-testid="mapping">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('The model says')}</Table.Th>
            <Table.Th ta="right">{t('in the sample')}</Table.Th>
            <Table.Th>{t('Here that is')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((label) => (
            <Table.Tr key={label}>
              <Table.Td maw={260} className="lw-break">
                {label}
              </Table.Td>
              <Table.Td ta="right">{number(look.labels[label] ?? 0)}</Table.Td>
              <Table.Td>
                <NativeSelect
                  size="xs"
                  aria-label={t('What {{label}} is here', { label })}
                  data={data}
                  value={mapping[label] ?? ''}
                  onChange={(event) => onMapping({ ...mapping, [label]: event.currentTarget.value })}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {seen.length === 0 && <Text size="sm">{t('It found nothing on these items.')}</Text>}
      {seen.length > SHOWN && !isAll && (
        <Button size="compact-xs" variant="subtle" w="fit-content" onClick={() => setAll(true)}>
          {t('Show {{number}} more', { number: seen.length - SHOWN })}
        </Button>
      )}
    </Stack>
  );
}

function Threshold({ scores, least, onLeast }: { scores: readonly number[]; least: number; onLeast: (least: number) => void }) {
  const bins = binned(scores);
  const most = Math.max(...bins, 1);
  return (
    <Stack gap={4} maw={520}>
      <Text size="sm" fw={600}>
        {t('Score from {{score}}', { score: least.toFixed(2) })}
      </Text>
      <div className={classes.bars} role="img" aria-label={t('How many scores lie where')}>
        {bins.map((count, i) => (
          <span key={i} title={number(count)} style={{ height: `${(count / most) * 100}%` }} data-kept={(i + 1) / bins.length > least || undefined} />
        ))}
      </div>
      <Slider min={0} max={1} step={0.01} value={least} onChange={onLeast} label={(value) => value.toFixed(2)} thumbLabel={t('Least score')} data-testid="threshold" />
    </Stack>
  );
}

interface SamplesProps {
  look: Look;
  mapping: Readonly<Record<string, string>>;
  least: number;
  categories: ReadonlyMap<string, Category>;
}

function Samples({ look, mapping, least, categories }: SamplesProps) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm" data-testid="samples">
      {look.looked.map(({ item, name, width, height, found, problem }) => {
        const kept = found.filter(({ label, score }) => mapping[label] && score >= least);
        const words = kept.map(({ label, score }) => `${categories.get(mapping[label]!)?.name ?? label} ${score.toFixed(2)}`).join(', ');
        return (
          <Stack key={item} gap={2}>
            <FoundPicture
              source={address(`/items/${item}/preview`)}
              alt={name}
              width={width}
              height={height}
              found={kept}
              colorOf={(label) => categories.get(mapping[label]!)?.color ?? FALLBACK_COLOR}
            />
            <Text size="xs" c={problem ? 'var(--lw-returned)' : 'dimmed'} lineClamp={2} title={problem ?? words}>
              {problem ?? (words || t('nothing'))}
            </Text>
          </Stack>
        );
      })}
    </SimpleGrid>
  );
}
