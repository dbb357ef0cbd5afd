/** Making or changing a test or course. */
import { Button, Checkbox, Group, Modal, NumberInput, ScrollArea, SegmentedControl, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, ontology as ontologyQuery } from '../../queries';
import { Thumbnail } from '../item-picture';
import { Answer } from '../state';
import classes from './learn.module.css';
import { goldItems, learnKey } from './queries';
import type { GoldItem, Lesson, LessonSettings } from './wire';
import { percentOf } from './words';

const COURSE: LessonSettings = {
  gold: [],
  instructions: '',
  ask: null,
  shuffled: false,
  pass_mark: 0.8,
  attempts: null,
  retry_hours: 0,
  valid_days: null,
  skill: null,
  told: 'each',
};
const TEST: LessonSettings = { ...COURSE, shuffled: true, attempts: 3, retry_hours: 24, told: 'score' };

interface Props {
  project: string;
  /** The one to change; null for a new one. */
  lesson: Lesson | null;
  onClose: () => void;
}

export function LessonForm({ project, lesson, onClose }: Props) {
  const [kind, setKind] = useState<'test' | 'course'>(lesson?.kind === 'test' ? 'test' : 'course');
  const [name, setName] = useState(lesson?.name ?? '');
  const [settings, setSettings] = useState<LessonSettings>({ ...COURSE, ...lesson?.settings });
  const change = (part: Partial<LessonSettings>) => setSettings((now) => ({ ...now, ...part }));
  const save = useMutation({
    mutationFn: () =>
      lesson
        ? api.patch<Lesson>(`/lessons/${lesson.id}`, { name, settings })
        : api.post<Lesson>(`/projects/${project}/lessons`, { kind, name, settings }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project) }),
  });
  const whole = (value: number | string) => (typeof value === 'number' ? value : null);
  return (
    <Modal opened onClose={onClose} size="xl" title={lesson ? t('Change “{{name}}”', { name: lesson.name }) : t('New test or course')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          {!lesson && (
            <SegmentedControl
              value={kind}
              onChange={(value) => {
                setKind(value as 'test' | 'course');
                const { gold, instructions, skill } = settings;
                setSettings({ ...(value === 'test' ? TEST : COURSE), gold, instructions, skill });
              }}
              data={[
                { value: 'course', label: t('Course: one learns from each answer') },
                { value: 'test', label: t('Test: it must be passed') },
              ]}
            />
          )}
          <TextInput label={t('Name')} required maxLength={200} value={name} onChange={({ currentTarget }) => setName(currentTarget.value)} data-testid="lesson-name" />
          <Textarea
            label={t('What its people read first')}
            autosize
            minRows={2}
            maxRows={6}
            value={settings.instructions}
            onChange={({ currentTarget }) => change({ instructions: currentTarget.value })}
          />
          <Group grow align="flex-start">
            <NumberInput
              label={t('Passed with (%)')}
              min={0}
              max={100}
              value={Math.round(settings.pass_mark * 100)}
              onChange={(value) => change({ pass_mark: (whole(value) ?? 80) / 100 })}
              data-testid="pass-mark"
            />
            <TextInput
              label={t('Skill that it grants')}
              placeholder={t('none')}
              maxLength={60}
              value={settings.skill ?? ''}
              onChange={({ currentTarget }) => change({ skill: currentTarget.value || null })}
              data-testid="skill"
            />
            <NumberInput label={t('Valid for (days)')} placeholder={t('for good')} min={1} value={settings.valid_days ?? ''} onChange={(value) => change({ valid_days: whole(value) })} />
          </Group>
          <Group grow align="flex-start">
            <NumberInput label={t('Attempts')} placeholder={t('any number')} min={1} value={settings.attempts ?? ''} onChange={(value) => change({ attempts: whole(value) })} />
            <NumberInput label={t('Wait between attempts (hours)')} min={0} value={settings.retry_hours} onChange={(value) => change({ retry_hours: whole(value) ?? 0 })} />
            <Select
              label={t('People see what is right')}
              allowDeselect={false}
              value={settings.told}
              onChange={(value) => value && change({ told: value as LessonSettings['told'] })}
              data={[
                { value: 'each', label: t('after each answer') },
                { value: 'end', label: t('at the end') },
                { value: 'score', label: t('never, only the score') },
              ]}
            />
          </Group>
          <Group align="flex-end">
            <NumberInput label={t('Items asked in an attempt')} placeholder={t('all')} min={1} value={settings.ask ?? ''} onChange={(value) => change({ ask: whole(value) })} />
            <Switch mb={8} label={t('In random order')} checked={settings.shuffled} onChange={({ currentTarget }) => change({ shuffled: currentTarget.checked })} />
          </Group>
          <Pool project={project} picked={settings.gold} onChange={(gold) => change({ gold })} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!name.trim()} data-testid="save-lesson">
              {t('Save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The gold items to choose among, with their pictures. */
function Pool({ project, picked, onChange }: { project: string; picked: readonly string[]; onChange: (gold: string[]) => void }) {
  const pool = useQuery(goldItems(project));
  const ontology = useQuery(ontologyQuery(project));
  const names = new Map((ontology.data?.ontology.categories ?? []).map(({ id, name }) => [id, name]));
  return (
    <Answer of={pool}>
      {(gold) => {
        const chosen = stillAsked(picked, gold);
        return (
          <Stack gap={4}>
            <Group justify="space-between">
              <Text size="sm" fw={500}>
                {t('Gold items that it asks: {{chosen}} of {{all}}', { chosen: chosen.length, all: gold.length })}
              </Text>
              <Button size="compact-xs" variant="subtle" onClick={() => onChange(chosen.length === gold.length ? [] : gold.map(({ id }) => id))} data-testid="choose-all">
                {chosen.length === gold.length ? t('None of them') : t('All of them')}
              </Button>
            </Group>
            {gold.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('There are no gold items yet. They are made under Quality → Gold.')}
              </Text>
            )}
            <ScrollArea.Autosize mah={220} type="auto">
              <Stack gap={4}>
                {gold.map((one) => (
                  <Choice
                    key={one.id}
                    gold={one}
                    names={names}
                    checked={chosen.includes(one.id)}
                    onChange={(on) => onChange(on ? [...chosen, one.id] : chosen.filter((id) => id !== one.id))}
                  />
                ))}
              </Stack>
            </ScrollArea.Autosize>
          </Stack>
        );
      }}
    </Answer>
  );
}

function Choice({ gold, names, checked, onChange }: { gold: GoldItem; names: Map<string, string>; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <Checkbox
      checked={checked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      label={
        <Group gap="xs" wrap="nowrap">
          <span className={classes.thumb}>
            <Thumbnail id={gold.item} name={gold.item_name} />
          </span>
          <Text size="sm" truncate maw={260}>
            {gold.item_name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {held(gold, names)}
            {gold.hardness !== null && ` · ${t('{{percent}} hard', { percent: percentOf(gold.hardness) })}`}
          </Text>
        </Group>
      }
      styles={{ body: { alignItems: 'center' } }}
    />
  );
}

/** What was picked and is still asked: gold that was retired since is no part of an attempt. */
export function stillAsked(picked: readonly string[], gold: readonly Pick<GoldItem, 'id'>[]): string[] {
  const known = new Set(gold.map(({ id }) => id));
  return picked.filter((id) => known.has(id));
}

/** What a right answer holds, in words. */
export function held(gold: GoldItem, names: Map<string, string>): string {
  const told = Object.entries(gold.categories).map(([id, number]) => `${names.get(id) ?? id} ${number}`);
  return told.length > 0 ? told.join(', ') : t('nothing to mark');
}
