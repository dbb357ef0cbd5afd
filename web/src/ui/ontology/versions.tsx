/** The versions of an ontology, and the way back from the last one. */
import { Button, Group, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, ontologyVersions, projectMembers } from '../../queries';
import type { OntologySaved, OntologyView } from '../../wire';
import { tell } from '../notify';
import { Answer } from '../state';
import { ago, moment } from '../words';
import { changeSummary } from './change-words';

interface Props {
  project: string;
  view: OntologyView;
  mayChange: boolean;
}

export function Versions({ project, view, mayChange }: Props) {
  const versions = useQuery(ontologyVersions(project));
  const { data: people = [] } = useQuery(projectMembers(project));
  const undo = useMutation({
    mutationFn: () => api.post<OntologySaved>(`/projects/${project}/ontology/undo`, { base: view.version }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['project', project, 'ontology'] });
      tell(t('The last change is undone'), t('Every annotation reads as it did before.'));
    },
  });
  return (
    <Answer of={versions}>
      {(data) => (
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={90}>{t('Version')}</Table.Th>
              <Table.Th>{t('Change')}</Table.Th>
              <Table.Th>{t('By')}</Table.Th>
              <Table.Th>{t('When')}</Table.Th>
              <Table.Th w={150} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...data].sort((a, b) => b.version - a.version).map((entry) => (
              <Table.Tr key={entry.version}>
                <Table.Td>{entry.version}</Table.Td>
                <Table.Td>
                  {entry.undoes ? t('Undoes version {{undoes}}', { undoes: entry.undoes }) : changeSummary(entry.change)}
                </Table.Td>
                <Table.Td>{people.find(({ id }) => id === entry.created_by)?.name ?? '—'}</Table.Td>
                <Table.Td title={moment(entry.created_at)}>{ago(entry.created_at)}</Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    {entry.version === view.version && mayChange && entry.version > 1 && (
                      <Button size="xs" variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
                        {t('Undo this change')}
                      </Button>
                    )}
                    {entry.version === view.version && (
                      <Text size="xs" c="dimmed">
                        {t('current')}
                      </Text>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Answer>
  );
}
