/** How labels come in: as what, and what happens where there is something already. */
import { Checkbox, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';

import { spoken, t } from '../../language/language';

const AS_HELP: Record<string, string> = spoken<string>({
  annotations: 'Becomes the work that counts; items with it are done.',
  predictions: 'A starting point that people correct.',
  references: 'The right answers to compare with; annotators do not see them.',
});

const MODE_HELP: Record<string, string> = spoken<string>({
  add: 'What is there stays, and what it does not have yet comes beside it.',
  replace: 'What is there gives way, on the items that the file speaks of.',
  merge: 'Annotations of one category that cover one another become one; the others are added.',
});

const KEEP_HELP: Record<string, string> = spoken<string>({
  evidence: 'Where both or neither have been touched by a person, what is there stays.',
  ours: 'What is there is never changed.',
  theirs: 'Shape and attributes of the file replace those that are there.',
});

export interface LabelOptions {
  as: string;
  mode: string;
  iou: number;
  keep: string;
  leave_out_duplicates: boolean;
  model: string;
}

export const FIRST_OPTIONS: LabelOptions = {
  as: 'annotations',
  mode: 'add',
  iou: 0.5,
  keep: 'evidence',
  leave_out_duplicates: false,
  model: '',
};

interface Props {
  options: LabelOptions;
  onChange: (options: LabelOptions) => void;
}

export function LabelOptionsForm({ options, onChange }: Props) {
  const set = (changes: Partial<LabelOptions>) => onChange({ ...options, ...changes });
  const below = ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[];
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        <Select
          label={t('Bring in as')}
          description={AS_HELP[options.as]}
          inputWrapperOrder={below}
          allowDeselect={false}
          data={[
            { value: 'annotations', label: t('Annotations') },
            { value: 'predictions', label: t('Predictions') },
            { value: 'references', label: t('References') },
          ]}
          value={options.as}
          onChange={(as) => as && set({ as })}
        />
        <Select
          label={t('Where there is something already')}
          description={MODE_HELP[options.mode]}
          inputWrapperOrder={below}
          allowDeselect={false}
          data={[
            { value: 'add', label: t('Add to it') },
            { value: 'replace', label: t('Replace it') },
            { value: 'merge', label: t('Merge with it') },
          ]}
          value={options.mode}
          onChange={(mode) => mode && set({ mode })}
        />
        {options.mode === 'merge' && (
          <>
            <NumberInput
              label={t('The same from this IoU on')}
              description={t('0.5 is half covered, 1 exactly the same')}
              inputWrapperOrder={below}
              min={0.05}
              max={1}
              step={0.05}
              decimalScale={2}
              value={options.iou}
              onChange={(iou) => set({ iou: Number(iou) || 0.5 })}
            />
            <Select
              label={t('Of two that are the same')}
              description={KEEP_HELP[options.keep]}
              inputWrapperOrder={below}
              allowDeselect={false}
              data={[
                { value: 'evidence', label: t('Keep the one a person made') },
                { value: 'ours', label: t('Keep what is there') },
                { value: 'theirs', label: t('Take the file’s') },
              ]}
              value={options.keep}
              onChange={(keep) => keep && set({ keep })}
            />
          </>
        )}
        {options.as === 'predictions' && (
          <TextInput
            label={t('Model')}
            placeholder="detector@1.4"
            description={t('Its name and version, kept as evidence')}
            inputWrapperOrder={below}
            value={options.model}
            onChange={(event) => set({ model: event.currentTarget.value })}
          />
        )}
      </SimpleGrid>
      <Checkbox
        label={t('Leave out what the file says twice')}
        description={
          <Text size="xs" span>
            {t('Annotations of an item with the same category and an IoU of 0.99 or more; the first one comes in.')}
          </Text>
        }
        checked={options.leave_out_duplicates}
        onChange={(event) => set({ leave_out_duplicates: event.currentTarget.checked })}
      />
    </Stack>
  );
}
