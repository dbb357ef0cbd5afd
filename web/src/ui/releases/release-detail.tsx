/** A release: what is in it, its hash, and whether it still holds. */
import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { ontology as ontologyQuery } from '../../queries';
import type { Release, Verification } from '../../wire';
import { count, moment, number } from '../words';

export function ReleaseDetail({ release, onClose }: { release: Release; onClose: () => void }) {
  const { data: view } = useQuery(ontologyQuery(release.project));
  const verify = useMutation({
    mutationFn: () => api.post<Verification>(`/releases/${release.id}/verification`),
  });
  const category = (id: string) => view?.ontology.categories?.find((entry) => entry.id === id);
  return (
    <Modal opened onClose={onClose} title={t('Release {{tag}}', { tag: release.tag })} size="lg">
      <Stack>
        {release.notes && (
          <Text className="lw-break" style={{ whiteSpace: 'pre-wrap' }}>
            {release.notes}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t('Made {{time}}. Ontology version {{ontologyVersion}}, brief version {{briefVersion}}.', { time: moment(release.created_at), ontologyVersion: release.ontology_version, briefVersion: release.brief_version })}
        </Text>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('Category')}</Table.Th>
              <Table.Th ta="right">{t('Annotations')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.entries(release.categories)
              .sort(([, a], [, b]) => b - a)
              .map(([id, marks]) => (
                <Table.Tr key={id}>
                  <Table.Td className="lw-break">{category(id)?.name ?? id}</Table.Td>
                  <Table.Td ta="right">{number(marks)}</Table.Td>
                </Table.Tr>
              ))}
            <Table.Tr fw={640}>
              <Table.Td>{count(release.items, 'item')}</Table.Td>
              <Table.Td ta="right">{number(release.annotations)}</Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
        {Object.keys(release.splits).length > 0 && (
          <Text size="sm">
            {t('Splits: {{splits}}.', {
              splits: Object.entries(release.splits)
                .map(([name, items]) => `${name} ${number(items)}`)
                .join(', '),
            })}
          </Text>
        )}
        {release.leaks > 0 && (
          <Alert color="orange" title={t('{{count}} near duplicates stand in two splits', { count: release.leaks })}>
            {t('What is tested there was seen in training. The card names them.')}
          </Alert>
        )}
        <Text size="xs" c="dimmed" className="lw-mono lw-break">
          SHA-256 {release.sha256}
        </Text>
        {verify.data &&
          (verify.data.ok ? (
            <Alert color="pine" title={t('It holds')}>
              {t('Every hash of {{count}} entries is what it was.', { count: verify.data.entries })}
            </Alert>
          ) : (
            <Alert color="red" title={t('It does not hold')}>
              {verify.data.faults.map((fault) => (
                <Text key={fault} size="sm">
                  {fault}
                </Text>
              ))}
            </Alert>
          ))}
        <Group justify="flex-end">
          <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
            {t('Verify')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
