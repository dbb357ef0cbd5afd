/** What an hour costs: by role, by person where theirs differs, and of the machine. */
import { Button, Group, Modal, NumberInput, ScrollArea, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, projectMembers } from '../../queries';
import { useProject } from '../project';
import { ROLE_WORDS } from '../words';
import type { Rates } from './wire';

const ROLES = ['annotator', 'reviewer', 'manager', 'owner'] as const;

/** A rate set or taken away again: an empty field is no rate, and 0 is one. */
export function changed(rates: Record<string, number>, name: string, value: number | string): Record<string, number> {
  const { [name]: _, ...rest } = rates;
  return typeof value === 'number' ? { ...rest, [name]: value } : rest;
}

export function RatesForm({ rates, onClose }: { rates: Rates; onClose: () => void }) {
  const { project } = useProject();
  const { data: people = [] } = useQuery(projectMembers(project.id));
  const [given, setGiven] = useState<Rates>(rates);
  const save = useMutation({
    mutationFn: () => api.put(`/projects/${project.id}/rates`, given),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['project', project.id, 'quality'] });
      onClose();
    },
  });
  const suffix = given.currency ? ` ${given.currency}` : '';
  const field = { min: 0, max: 1_000_000, decimalScale: 2, suffix, placeholder: t('no rate') };
  return (
    <Modal opened onClose={onClose} title={t('What an hour costs')} size="lg">
      <Stack>
        <TextInput w={160} maxLength={12} label={t('Currency')} placeholder="€" value={given.currency} onChange={(event) => setGiven({ ...given, currency: event.currentTarget.value })} data-testid="currency" />
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
          {ROLES.map((role) => (
            <NumberInput key={role} {...field} label={ROLE_WORDS[role]} value={given.roles[role] ?? ''} onChange={(value) => setGiven({ ...given, roles: changed(given.roles, role, value) })} data-testid={`rate-${role}`} />
          ))}
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          {t('Who has a rate of their own is counted by that, everybody else by their role in this project.')}
        </Text>
        <ScrollArea.Autosize mah={250} type="auto" offsetScrollbars>
          <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
            {people.map((person) => (
              <NumberInput key={person.id} {...field} label={person.name} placeholder={t('by role')} value={given.members[person.id] ?? ''} onChange={(value) => setGiven({ ...given, members: changed(given.members, person.id, value) })} />
            ))}
          </SimpleGrid>
        </ScrollArea.Autosize>
        <NumberInput w={200} {...field} label={t('An hour of the machine')} description={t('Imports, predictions, exports')} value={given.machine} onChange={(value) => setGiven({ ...given, machine: typeof value === 'number' ? value : 0 })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Cancel')}
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate()} data-testid="save-rates">
            {t('Save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
