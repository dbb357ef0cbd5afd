/** Gold: how much of it is mixed into work, the items whose answer is known, and what people answered. */
import { ActionIcon, Alert, Badge, Button, Group, Menu, Modal, NativeSelect, NumberInput, Paper, ScrollArea, Stack, Switch, Table, Text, Textarea, Title } from '@mantine/core';
import { IconDots, IconMedal } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, ontology as ontologyQuery } from '../../queries';
import { Thumbnail } from '../item-picture';
import { held } from '../learn/lesson-form';
import classes from '../learn/learn.module.css';
import { goldItems, goldOffers, goldPlan, learnKey } from '../learn/queries';
import { ToldAnswers } from '../learn/told-answers';
import type { GoldAdded, GoldItem, GoldPlan } from '../learn/wire';
import { percentOf, SOURCE_WORDS } from '../learn/words';
import { useProject } from '../project';
import { Answer, Empty } from '../state';
import { ago } from '../words';

export default function Gold() {
  const { project } = useProject();
  const [withRetired, setWithRetired] = useState(false);
  const items = useQuery(goldItems(project.id, withRetired));
  const [isAdding, setAdding] = useState(false);
  return (
    <Stack>
      <PlanPanel project={project.id} />
      <Answer of={items}>
        {(gold) => (
          <Paper p="md">
            <Group justify="space-between" mb="sm">
              <Title order={3}>{t('Gold items: {{number}}', { number: gold.length })}</Title>
              <Group>
                <Switch size="xs" label={t('Also those asked no more')} checked={withRetired} onChange={({ currentTarget }) => setWithRetired(currentTarget.checked)} data-testid="with-retired" />
                <Button size="xs" onClick={() => setAdding(true)} data-testid="add-gold">
                  {t('Add gold items')}
                </Button>
              </Group>
            </Group>
            {gold.length === 0 ? (
              <Empty icon={<IconMedal />} title={t('No gold items yet')}>
                {t('A gold item has an answer that is known to be right. Mixed into work unannounced it shows who is right how often; tests and courses ask it too.')}
              </Empty>
            ) : (
              <Pool gold={gold} project={project.id} />
            )}
          </Paper>
        )}
      </Answer>
      <ToldAnswers title={t('What people answered')} empty={t('Nobody answered a gold item among their work yet.')} />
      {isAdding && <AddGold project={project.id} onClose={() => setAdding(false)} />}
    </Stack>
  );
}

function PlanPanel({ project }: { project: string }) {
  const plan = useQuery(goldPlan(project));
  return (
    <Answer of={plan}>
      {(now) => <PlanForm key={JSON.stringify(now)} project={project} plan={now} />}
    </Answer>
  );
}

function PlanForm({ project, plan }: { project: string; plan: GoldPlan }) {
  const [wanted, setWanted] = useState(plan);
  const change = (part: Partial<GoldPlan>) => setWanted((now) => ({ ...now, ...part }));
  const save = useMutation({
    mutationFn: () => api.put<GoldPlan>(`/projects/${project}/gold/plan`, wanted),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project) }),
  });
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(plan);
  const whole = (value: number | string, otherwise: number) => (typeof value === 'number' ? value : otherwise);
  return (
    <Paper p="md" data-testid="gold-plan">
      <Stack gap="sm">
        <Title order={3}>{t('Mixed into work')}</Title>
        <Text size="sm" c="dimmed" maw={820}>
          {t('Unannounced, never twice to the same person, never their own work, spread over categories and difficulty. Where no work waits, no gold comes.')}
        </Text>
        <Group align="flex-end" gap="md">
          <NumberInput label={t('Share of all tasks (%)')} w={180} min={0} max={50} value={Math.round(wanted.rate * 1000) / 10} onChange={(value) => change({ rate: whole(value, 0) / 100 })} data-testid="gold-rate" />
          <NumberInput label={t('Tasks of work between two')} w={200} min={0} max={1000} value={wanted.every_at_least} onChange={(value) => change({ every_at_least: whole(value, 0) })} />
          <NumberInput label={t('Found again from an IoU of')} w={200} min={0.05} max={1} step={0.05} decimalScale={2} value={wanted.iou} onChange={(value) => change({ iou: whole(value, 0.5) })} />
          <NumberInput label={t('Good from (%)')} w={140} min={0} max={100} value={Math.round(wanted.pass_mark * 100)} onChange={(value) => change({ pass_mark: whole(value, 70) / 100 })} />
          <NativeSelect
            label={t('People see what is right')}
            value={wanted.feedback}
            onChange={({ currentTarget }) => change({ feedback: currentTarget.value as GoldPlan['feedback'] })}
            data={[
              { value: 'none', label: t('never') },
              { value: 'instant', label: t('at once') },
              { value: 'later', label: t('later') },
            ]}
            data-testid="gold-feedback"
          />
          {wanted.feedback === 'later' && (
            <NumberInput label={t('After (hours)')} w={130} min={0} value={wanted.later_hours} onChange={(value) => change({ later_hours: whole(value, 24) })} data-testid="later-hours" />
          )}
          <Button disabled={!isChanged} loading={save.isPending} onClick={() => save.mutate()} data-testid="save-plan">
            {t('Save')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Pool({ gold, project }: { gold: GoldItem[]; project: string }) {
  const ontology = useQuery(ontologyQuery(project));
  const names = new Map((ontology.data?.ontology.categories ?? []).map(({ id, name }) => [id, name]));
  const [explained, setExplained] = useState<GoldItem | null>(null);
  const change = useMutation({
    mutationFn: ({ id, ...part }: { id: string; mixed?: boolean; retired?: boolean }) => api.patch(`/gold/${id}`, part),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project) }),
  });
  return (
    <ScrollArea.Autosize mah={520} type="auto">
      <Table verticalSpacing={4} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th>{t('Item')}</Table.Th>
            <Table.Th>{t('Right answer')}</Table.Th>
            <Table.Th>{t('From')}</Table.Th>
            <Table.Th ta="right">{t('Answers')}</Table.Th>
            <Table.Th ta="right">{t('Hardness')}</Table.Th>
            <Table.Th>{t('Among work')}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {gold.map((one) => (
            <Table.Tr key={one.id} style={{ opacity: one.retired_at ? 0.6 : 1 }} data-testid="gold-item">
              <Table.Td w={72}>
                <div className={classes.thumb}>
                  <Thumbnail id={one.item} name={one.item_name} />
                </div>
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.item_name}</Table.Td>
              <Table.Td>
                {held(one, names)}
                {one.explanation && (
                  <Text size="xs" c="dimmed" lineClamp={1} title={one.explanation}>
                    {one.explanation}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color="gray" tt="none">
                  {SOURCE_WORDS[one.source]}
                </Badge>
                <Text size="xs" c="dimmed" title={one.added_at}>
                  {one.author_name} · {ago(one.added_at)}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{one.answers}</Table.Td>
              <Table.Td ta="right">{one.hardness === null ? '–' : percentOf(one.hardness)}</Table.Td>
              <Table.Td>
                <Switch size="xs" aria-label={t('Mixed into work')} checked={one.mixed} disabled={one.retired_at !== null} onChange={({ currentTarget }) => change.mutate({ id: one.id, mixed: currentTarget.checked })} />
              </Table.Td>
              <Table.Td ta="right">
                <Menu position="bottom-end">
                  <Menu.Target>
                    <ActionIcon variant="subtle" color="gray" aria-label={t('More about {{name}}', { name: one.item_name })}>
                      <IconDots size={16} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={() => setExplained(one)}>{t('Explain why it is right')}</Menu.Item>
                    <Menu.Item component="a" href={`/items/${one.item}`}>
                      {t('Open the item')}
                    </Menu.Item>
                    <Menu.Item onClick={() => change.mutate({ id: one.id, retired: one.retired_at === null })}>{one.retired_at ? t('Ask it again') : t('Ask it no more')}</Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {explained && <Explain gold={explained} project={project} onClose={() => setExplained(null)} />}
    </ScrollArea.Autosize>
  );
}

function Explain({ gold, project, onClose }: { gold: GoldItem; project: string; onClose: () => void }) {
  const [explanation, setExplanation] = useState(gold.explanation);
  const save = useMutation({
    mutationFn: () => api.patch(`/gold/${gold.id}`, { explanation }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project) }),
  });
  return (
    <Modal opened onClose={onClose} title={t('Why is this right?')}>
      <Stack>
        <Textarea
          label={gold.item_name}
          description={t('Shown beside the answer in courses and wherever people are told.')}
          autosize
          minRows={4}
          maxLength={5000}
          value={explanation}
          onChange={({ currentTarget }) => setExplanation(currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Cancel')}
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            {t('Save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function AddGold({ project, onClose }: { project: string; onClose: () => void }) {
  const offers = useQuery(goldOffers(project));
  const ontology = useQuery(ontologyQuery(project));
  const names = new Map((ontology.data?.ontology.categories ?? []).map(({ id, name }) => [id, name]));
  const [source, setSource] = useState('reviewed');
  const [number, setNumber] = useState(10);
  const [explanation, setExplanation] = useState('');
  const [isMixed, setMixed] = useState(true);
  const add = useMutation({
    mutationFn: () => api.post<GoldAdded>(`/projects/${project}/gold`, { source, count: number, explanation, mixed: isMixed }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project) }),
  });
  return (
    <Modal opened onClose={onClose} title={t('Add gold items')} size="lg">
      <Answer of={offers}>
        {(found) => {
          const offer = found.find((one) => one.source === source);
          return (
            <Stack>
              <NativeSelect
                label={t('From')}
                value={source}
                onChange={({ currentTarget }) => setSource(currentTarget.value)}
                data={found.map((one) => ({ value: one.source, label: `${SOURCE_WORDS[one.source]} (${one.items})` }))}
                data-testid="gold-source"
              />
              {offer && offer.items > 0 ? (
                <Text size="sm" c="dimmed">
                  {t('Items that hold each category: {{list}}', {
                    list: Object.entries(offer.categories)
                      .map(([id, times]) => `${names.get(id) ?? (id || t('nothing to mark'))} ${times}`)
                      .join(', '),
                  })}
                </Text>
              ) : (
                <Alert color="gray">{t('This source offers nothing now. In Explore you can look for items; those done and reviewed appear under reviewed work.')}</Alert>
              )}
              <NumberInput
                label={t('How many')}
                description={t('Taken so that rare categories are there too.')}
                min={1}
                max={Math.max(1, Math.min(1000, offer?.items ?? 1))}
                value={number}
                onChange={(value) => setNumber(typeof value === 'number' ? value : 1)}
                data-testid="gold-count"
              />
              <Textarea label={t('Explanation for all of them')} description={t('Each can be given its own afterwards.')} autosize minRows={2} value={explanation} onChange={({ currentTarget }) => setExplanation(currentTarget.value)} data-testid="gold-explanation" />
              <Switch label={t('Mix them into work (tests and courses can ask them in any case)')} checked={isMixed} onChange={({ currentTarget }) => setMixed(currentTarget.checked)} />
              <Group justify="flex-end">
                <Button variant="default" onClick={onClose}>
                  {t('Cancel')}
                </Button>
                <Button disabled={!offer?.items} loading={add.isPending} onClick={() => add.mutate()} data-testid="add-gold-now">
                  {t('Add')}
                </Button>
              </Group>
            </Stack>
          );
        }}
      </Answer>
    </Modal>
  );
}
