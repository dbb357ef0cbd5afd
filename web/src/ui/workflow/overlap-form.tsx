/** How many people answer the same item, and when one more is asked. */
import { Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';

import { t } from '../../language/language';
import type { Overlap } from '../../wire';

interface Props {
  overlap: Overlap;
  onChange: (overlap: Overlap) => void;
}

export function OverlapForm({ overlap, onChange }: Props) {
  const set = (key: keyof Overlap, scale = 1) => (value: number | string) => typeof value === 'number' && onChange({ ...overlap, [key]: value / scale });
  const isAdaptive = overlap.target !== null;
  const several = overlap.answers > 1 || isAdaptive;
  return (
    <Stack gap="sm" data-testid="overlap">
      <Group align="flex-end">
        <NumberInput w={190} label={t('Answers for each item')} description={t('From different people')} min={1} max={50} value={overlap.answers} onChange={set('answers')} data-testid="answers" />
        {several && <NumberInput w={190} label={t('For this share of items')} description={t('The others get one')} suffix=" %" min={0} max={100} value={Math.round(overlap.share * 1000) / 10} onChange={set('share', 100)} />}
        {several && <NumberInput w={230} label={t('Somebody decides below')} description={t('Agreement from 0 to 1')} min={0} max={1} step={0.05} decimalScale={3} value={overlap.adjudicate_below} onChange={set('adjudicate_below')} />}
      </Group>
      <Checkbox
        label={t('Ask one more person only while the merged answer is not sure enough')}
        checked={isAdaptive}
        onChange={(event) => onChange({ ...overlap, target: event.currentTarget.checked ? 0.95 : null })}
      />
      {isAdaptive && (
        <Group align="flex-end">
          <NumberInput w={190} label={t('Sure enough from')} min={0.5} max={1} step={0.01} decimalScale={4} value={overlap.target ?? 0.95} onChange={set('target')} />
          <NumberInput w={190} label={t('At most so many answers')} min={1} max={50} value={overlap.most} onChange={set('most')} />
          <NumberInput w={230} label={t('Answers in all, at most')} placeholder={t('no limit')} min={1} value={overlap.budget ?? ''} onChange={(value) => onChange({ ...overlap, budget: typeof value === 'number' ? value : null })} />
        </Group>
      )}
      {several && (
        <Text size="sm" c="dimmed">
          {t('Nobody sees the others’ answers. One task of an item is open at a time; when enough answers are in, they are merged, and who said what stays with each annotation.')}
        </Text>
      )}
    </Stack>
  );
}
