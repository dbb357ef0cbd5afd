/** The keypoints of a skeleton: visible, occluded or absent, by name. */
import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';

import { setVisibility, swapSides } from '../../editor/shaping';
import { phrase, t } from '../../language/language';
import type { Annotation, Keypoint } from '../../wire';
import type { Desk } from './desk';

const STATES = [
  { value: '2', label: phrase('Visible') },
  { value: '1', label: phrase('Occluded') },
  { value: '0', label: phrase('Absent') },
];

export function Keypoints({ desk: { editor }, annotation }: { desk: Desk; annotation: Annotation }) {
  const template = editor.categoryOf(annotation.category)?.skeleton;
  if (annotation.shape?.kind !== 'skeleton' || !template) return null;
  return (
    <Stack gap={4} data-testid="keypoints">
      <Group justify="space-between">
        <Text size="xs" fw={500}>
          {t('Keypoints')}
        </Text>
        {(template.swaps ?? []).length > 0 && !editor.readOnly && (
          <Button size="compact-xs" variant="subtle" onClick={() => swapSides(editor)}>
            {t('Swap left and right')}
          </Button>
        )}
      </Group>
      <Stack gap={3} mah={220} style={{ overflow: 'auto' }}>
        {annotation.shape.keypoints.map((keypoint: Keypoint, index) => (
          <Group key={index} gap={6} wrap="nowrap" justify="space-between">
            <Text size="xs" truncate>
              {index + 1}. {template.keypoints[index]?.name ?? t('unknown')}
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={template.keypoints[index]?.name ?? t('keypoint')}
              disabled={editor.readOnly}
              data={STATES.map(({ value, label }) => ({ value, label: t(label) }))}
              value={String(keypoint[2])}
              onChange={(value) => setVisibility(editor, annotation.id, index, Number(value))}
              styles={{ label: { padding: '0 6px' } }}
            />
          </Group>
        ))}
      </Stack>
    </Stack>
  );
}
