/** Acceptance targets: what a release must prove, each with its sentence. */
import { ActionIcon, Button, Group, NumberInput, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import { t } from '../../language/language';
import type { AcceptanceTarget } from '../../wire';
import { SHAPE_WORDS } from '../words';
import { NEW_TARGET, targetWords } from './target-words';

interface Props {
  targets: AcceptanceTarget[];
  onChange: (targets: AcceptanceTarget[]) => void;
}

export function Targets({ targets, onChange }: Props) {
  const put = (index: number, fields: Partial<AcceptanceTarget>) =>
    onChange(targets.map((target, at) => (at === index ? { ...target, ...fields } : target)));
  return (
    <Paper p="lg">
      <Group justify="space-between" mb={targets.length ? 'md' : 0}>
        <div>
          <Title order={3}>{t('Acceptance targets')}</Title>
          <Text size="sm" c="dimmed">
            {t('What a release has to prove before it counts as accepted.')}
          </Text>
        </div>
        <Button
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => onChange([...targets, NEW_TARGET])}
        >
          {t('Add a target')}
        </Button>
      </Group>
      <Stack>
        {targets.map((target, index) => (
          <Target
            key={index}
            target={target}
            onChange={(fields) => put(index, fields)}
            onRemove={() => onChange(targets.filter((_, at) => at !== index))}
          />
        ))}
      </Stack>
    </Paper>
  );
}

interface TargetProps {
  target: AcceptanceTarget;
  onChange: (fields: Partial<AcceptanceTarget>) => void;
  onRemove: () => void;
}

function Target({ target, onChange, onRemove }: TargetProps) {
  return (
    <Paper p="sm" bg="var(--lw-sunken)">
      <Group align="flex-end" gap="sm">
        <Select
          w={120}
          label={t('Kind')}
          allowDeselect={false}
          data={Object.entries(SHAPE_WORDS).map(([value, label]) => ({ value, label }))}
          value={target.kind}
          onChange={(kind) => kind && onChange({ kind })}
        />
        <Select
          w={140}
          label={t('Metric')}
          allowDeselect={false}
          data={[
            { value: 'precision', label: t('Precision') },
            { value: 'recall', label: t('Recall') },
            { value: 'accuracy', label: t('Accuracy') },
          ]}
          value={target.metric}
          onChange={(metric) => metric && onChange({ metric })}
        />
        <Share label={t('At least')} value={target.value} onChange={(value) => onChange({ value })} />
        {target.kind !== 'tag' && (
          <NumberInput
            w={100}
            label={t('From IoU')}
            min={0.05}
            max={1}
            step={0.05}
            decimalScale={2}
            value={target.iou}
            onChange={(value) => typeof value === 'number' && value > 0 && onChange({ iou: value })}
          />
        )}
        <Share label={t('Confidence')} value={target.confidence} onChange={(confidence) => onChange({ confidence })} />
        <ActionIcon variant="subtle" color="red" size="lg" ml="auto" aria-label={t('Remove the target')} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
      <Text mt="sm" fw={540}>
        {targetWords(target)}
      </Text>
    </Paper>
  );
}

function Share({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <NumberInput
      w={110}
      label={label}
      suffix=" %"
      min={1}
      max={100}
      step={0.5}
      decimalScale={2}
      value={Number((value * 100).toFixed(2))}
      onChange={(next) => typeof next === 'number' && next > 0 && onChange(Number((next / 100).toFixed(6)))}
    />
  );
}
