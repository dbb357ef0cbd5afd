/** Which work is reviewed, and what reviewing only a part has shown. */
import { Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import type { components } from '../../model/api';
import type { ReviewPlan } from '../../model/graph';
import { duration, number } from '../words';

type Sampling = components['schemas']['ReviewSampling'];

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
            : t('The rest is done without a review. What is drawn at random tells how good it is.')}
        </Text>
      )}
      <Shown project={project} />
    </Stack>
  );
}

function Shown({ project }: { project: string }) {
  const { data } = useQuery({
    queryKey: ['project', project, 'quality', 'review'],
    queryFn: ({ signal }) => api.get<Sampling>(`/projects/${project}/quality/review`, undefined, signal),
  });
  if (!data || data.passed + data.random.items + data.risk.items === 0) return null;
  const share = (value: number | null) => (value === null ? '–' : `${Math.round(value * 1000) / 10} %`);
  const { random, risk, passed, unreviewed, seconds_saved } = data;
  return (
    <Stack gap={2} data-testid="review-sample">
      <Text size="sm">
        {t('Drawn at random: {{wrong}} of {{items}} reviewed were wrong, {{share}} ({{low}} to {{high}}).', {
          wrong: number(random.wrong),
          items: number(random.items),
          share: share(random.share),
          low: share(random.low),
          high: share(random.high),
        })}
      </Text>
      {risk.items > 0 && (
        <Text size="sm">
          {t('For their risk: {{wrong}} of {{items}}, {{share}}.', { wrong: number(risk.wrong), items: number(risk.items), share: share(risk.share) })}
        </Text>
      )}
      {passed > 0 && (
        <Text size="sm">
          {t('{{passed}} items passed without a review; by the sample {{low}} to {{high}} of them hold an error (95 % confidence).', {
            passed: number(passed),
            low: share(unreviewed.low),
            high: share(unreviewed.high),
          })}{' '}
          {seconds_saved !== null && t('That saved about {{time}} of reviews.', { time: duration(seconds_saved) })}
        </Text>
      )}
    </Stack>
  );
}
