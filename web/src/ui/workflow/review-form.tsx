/** Which work is reviewed: all, a share drawn at random, and what probably holds an error. */
import { Anchor, Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';

import { t } from '../../language/language';
import type { ReviewPlan } from '../../model/graph';
import { projectPath } from '../places';

interface Props {
  project: string;
  plan: ReviewPlan;
  disabled: boolean;
  onChange: (plan: ReviewPlan) => void;
}

export function ReviewForm({ project, plan, disabled, onChange }: Props) {
  return (
    <Stack gap={6} pl={28}>
      <Group gap="md" align="flex-end">
        <NumberInput
          w={150}
          label={t('Drawn at random')}
          suffix=" %"
          min={0}
          max={100}
          disabled={disabled}
          value={Math.round(plan.share * 1000) / 10}
          onChange={(value) => typeof value === 'number' && onChange({ ...plan, share: value / 100 })}
          data-testid="review-share"
        />
        {plan.share < 1 && (
          <Checkbox
            mb={8}
            label={t('and what probably holds an error')}
            disabled={disabled}
            checked={plan.above !== null}
            onChange={({ currentTarget }) => onChange({ ...plan, above: currentTarget.checked ? 0.3 : null })}
            data-testid="review-risk"
          />
        )}
        {plan.share < 1 && plan.above !== null && (
          <NumberInput
            w={130}
            label={t('Chance of at least')}
            suffix=" %"
            min={1}
            max={100}
            disabled={disabled}
            value={Math.round(plan.above * 1000) / 10}
            onChange={(value) => typeof value === 'number' && onChange({ ...plan, above: value / 100 })}
          />
        )}
      </Group>
      {plan.share < 1 && (
        <Text size="xs" c="dimmed">
          {plan.share === 0
            ? t('With nothing drawn at random nobody can tell how good the rest is.')
            : t('The rest is done without a review. What is drawn at random tells how good it is.')}{' '}
          <Anchor component={Link} size="xs" to={projectPath(project, 'quality/review')}>
            {t('What it has shown')}
          </Anchor>
        </Text>
      )}
    </Stack>
  );
}
