/** How a new release is split: which way, in which shares, and what stays together. */
import { Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';

import { t } from '../../language/language';
import type { SplitHow, SplitPlan } from '../../wire';

export const SPLITS = ['train', 'val', 'test'] as const;

export const NO_PLAN: SplitPlan = {
  how: 'came',
  shares: { train: 0.8, val: 0.1, test: 0.1 },
  seed: 0,
  group_by: '',
  separator: '_',
  keep_near: true,
};

/** Shares as percent, as people write them. */
export function total(plan: SplitPlan): number {
  return Math.round(Object.values(plan.shares).reduce((sum, share) => sum + share, 0) * 1000) / 10;
}

interface Props {
  plan: SplitPlan;
  hasParent: boolean;
  onChange: (plan: SplitPlan) => void;
}

export function SplitForm({ plan, hasParent, onChange }: Props) {
  const ways: { value: SplitHow; label: string }[] = [
    { value: 'came', label: t('As they came with the labels') },
    { value: 'random', label: t('At random') },
    { value: 'stratified', label: t('At random, every category in each') },
    ...(hasParent ? [{ value: 'inherited' as const, label: t('As in the release before, new items added') }] : []),
    { value: 'none', label: t('No splits') },
  ];
  const isShared = plan.how !== 'came' && plan.how !== 'none';
  const sum = total(plan);
  return (
    <Stack gap="xs">
      <Select
        label={t('Splits')}
        allowDeselect={false}
        data={ways}
        value={plan.how}
        onChange={(how) => how && onChange({ ...plan, how: how as SplitHow })}
      />
      {isShared && (
        <>
          <Group gap="xs" grow align="flex-start">
            {SPLITS.map((name) => (
              <NumberInput
                key={name}
                label={name}
                suffix=" %"
                min={0}
                max={100}
                decimalScale={1}
                value={Math.round((plan.shares[name] ?? 0) * 1000) / 10}
                onChange={(value) => onChange({ ...plan, shares: { ...plan.shares, [name]: Number(value) / 100 } })}
              />
            ))}
            <NumberInput
              label={t('Seed')}
              min={0}
              allowDecimal={false}
              value={plan.seed}
              onChange={(value) => onChange({ ...plan, seed: Number(value) || 0 })}
            />
          </Group>
          {sum !== 100 && (
            <Text size="sm" c="red">
              {t('The shares add up to {{sum}} %, not to 100 %.', { sum })}
            </Text>
          )}
          <Group gap="xs" grow align="flex-end">
            <Select
              label={t('Keep together')}
              allowDeselect={false}
              data={[
                { value: '', label: t('Nothing in particular') },
                { value: 'folder', label: t('Items of one folder') },
                { value: 'name', label: t('Items whose names begin alike') },
                { value: 'key', label: t('Items whose keys begin alike') },
              ]}
              value={plan.group_by}
              onChange={(word) => onChange({ ...plan, group_by: (word ?? '') as SplitPlan['group_by'] })}
            />
            {(plan.group_by === 'name' || plan.group_by === 'key') && (
              <TextInput
                label={t('Up to the last')}
                maxLength={10}
                value={plan.separator}
                onChange={(event) => onChange({ ...plan, separator: event.currentTarget.value })}
              />
            )}
          </Group>
          <Switch
            label={t('Near duplicates stay in one split')}
            checked={plan.keep_near}
            onChange={(event) => onChange({ ...plan, keep_near: event.currentTarget.checked })}
          />
        </>
      )}
    </Stack>
  );
}
