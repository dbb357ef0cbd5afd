/** Invitations that were not accepted yet, each with the way to take it back. */
import { Button, Paper, Table, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, invitations as invitationsQuery } from '../../queries';
import { ago, moment, ROLE_WORDS } from '../words';

interface Props {
  project?: string;
  nameOf?: (project: string) => string | undefined;
}

export function InvitationList({ project, nameOf }: Props) {
  const { data = [] } = useQuery(invitationsQuery());
  const revoke = useMutation({
    mutationFn: (id: string) => api.delete(`/invitations/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const open = data.filter(
    (entry) => (entry.state === 'open' || entry.state === 'waiting') && (!project || entry.project === project),
  );
  if (open.length === 0) return null;
  return (
    <Paper p={0}>
      <Title order={3} p="md" pb="xs">
        {t('Open invitations')}
      </Title>
      <Table.ScrollContainer minWidth={560}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('For')}</Table.Th>
              <Table.Th>{t('Role')}</Table.Th>
              {!project && <Table.Th>{t('Project')}</Table.Th>}
              <Table.Th>{t('Made')}</Table.Th>
              <Table.Th>{t('Ends')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {open.map((entry) => (
              <Table.Tr key={entry.id}>
                <Table.Td className="lw-break">{entry.email ?? t('Whoever has the link')}</Table.Td>
                <Table.Td>{ROLE_WORDS[entry.role]}</Table.Td>
                {!project && (
                  <Table.Td className="lw-break">
                    {entry.project ? (nameOf?.(entry.project) ?? t('A project')) : t('The organization')}
                  </Table.Td>
                )}
                <Table.Td title={moment(entry.created_at)}>{ago(entry.created_at)}</Table.Td>
                <Table.Td>{moment(entry.expires_at)}</Table.Td>
                <Table.Td ta="right">
                  <Button
                    size="xs"
                    variant="subtle"
                    color="red"
                    loading={revoke.isPending && revoke.variables === entry.id}
                    onClick={() => revoke.mutate(entry.id)}
                  >
                    {t('Revoke')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
