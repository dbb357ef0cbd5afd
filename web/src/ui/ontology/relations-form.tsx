/** The relations that annotations may have with one another. */
import { ActionIcon, Button, Group, Paper, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';

import { t } from '../../language/language';
import type { RelationSpec } from '../../wire';
import { idFrom } from './edit';

interface Props {
  relations: RelationSpec[];
  faults: string[];
  mayChange: boolean;
  onChange: (relations: RelationSpec[]) => void;
}

export function RelationsForm({ relations, faults, mayChange, onChange }: Props) {
  const change = (id: string, fields: Partial<RelationSpec>) =>
    onChange(relations.map((spec) => (spec.id === id ? { ...spec, ...fields } : spec)));
  const add = () => onChange([...relations, { id: idFrom('relation', relations.map(({ id }) => id)), name: '' }]);
  if (!mayChange && relations.length === 0) return null;
  return (
    <Paper p="lg" mt="md" data-testid="relations-form">
      <Stack gap="xs">
        <Text fw={600}>{t('Relations')}</Text>
        <Text size="sm" c="dimmed">
          {t('What can be said of two annotations: that one is part of another, follows it, or belongs with it.')}
        </Text>
        {faults.map((fault) => (
          <Text key={fault} size="sm" c="var(--mantine-color-error)" role="alert">
            {fault}
          </Text>
        ))}
        {relations.map((spec) => (
          <Group key={spec.id} gap="sm" wrap="nowrap">
            <TextInput
              size="sm"
              flex={1}
              aria-label={t('Name of the relation')}
              placeholder={t('part of')}
              disabled={!mayChange}
              value={spec.name}
              onChange={(event) => change(spec.id, { name: event.currentTarget.value })}
            />
            <Switch
              size="sm"
              label={t('One way')}
              disabled={!mayChange}
              checked={spec.directed !== false}
              onChange={(event) => change(spec.id, { directed: event.currentTarget.checked })}
            />
            {mayChange && (
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('Delete {{name}}', { name: spec.name })}
                onClick={() => onChange(relations.filter(({ id }) => id !== spec.id))}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {mayChange && (
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} style={{ alignSelf: 'flex-start' }} onClick={add}>
            {t('Add a relation')}
          </Button>
        )}
      </Stack>
    </Paper>
  );
}
