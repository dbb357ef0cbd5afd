/** The people of the organization. */
import { Badge, Button, Group, Modal, Paper, Select, Stack, Switch, Table } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import { client, members as membersQuery, projects as projectsQuery } from '../queries';
import { useMe } from '../ui/guard';
import { Page } from '../ui/page';
import { InvitationList } from '../ui/people/invitation-list';
import { Invite, OneTime } from '../ui/people/invite';
import { Answer } from '../ui/state';
import { ago, ROLE_WORDS } from '../ui/words';
import type { Member, Role } from '../wire';

const ROLES: Role[] = ['annotator', 'reviewer', 'manager', 'owner'];

export default function Members() {
  const me = useMe();
  const people = useQuery(membersQuery());
  const { data: projects = [] } = useQuery(projectsQuery());
  const isOwner = me.role === 'owner';
  const [link, setLink] = useState('');
  const change = useMutation({
    mutationFn: ({ id, ...fields }: { id: string; role?: Role; active?: boolean }) =>
      api.patch(`/members/${id}`, fields),
    onSettled: () => client.invalidateQueries({ queryKey: ['members'] }),
  });
  const newLink = useMutation({
    mutationFn: (id: string) => api.post<{ link: string }>(`/members/${id}/link`),
    onSuccess: (answer) => setLink(answer.link),
  });
  return (
    <Page
      title={t('Members')}
      about={t('Owners and managers work in every project; reviewers and annotators in those they are added to.')}
      actions={<Invite roles={isOwner ? ROLES : ['annotator', 'reviewer']} />}
    >
      <Stack>
        <Answer of={people}>
          {(data) => (
            <Paper p={0}>
              <Table.ScrollContainer minWidth={720}>
                <Table highlightOnHover>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('Name')}</Table.Th>
                      <Table.Th>{t('E-mail')}</Table.Th>
                      <Table.Th w={170}>{t('Role')}</Table.Th>
                      <Table.Th>{t('Last seen')}</Table.Th>
                      {isOwner && <Table.Th w={90}>{t('Active')}</Table.Th>}
                      {isOwner && <Table.Th />}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {data.map((person) => (
                      <Table.Tr key={person.id} style={person.active ? {} : { opacity: 0.6 }}>
                        <Table.Td className="lw-break">
                          <Group gap="xs">
                            {person.name}
                            {person.id === me.id && <Badge variant="default" size="sm" tt="none">{t('You')}</Badge>}
                          </Group>
                        </Table.Td>
                        <Table.Td className="lw-break">{person.email}</Table.Td>
                        <Table.Td>
                          {isOwner ? (
                            <Select
                              size="xs"
                              aria-label={t('Role of {{name}}', { name: person.name })}
                              allowDeselect={false}
                              data={ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role] }))}
                              value={person.role}
                              onChange={(role) => role && change.mutate({ id: person.id, role: role as Role })}
                            />
                          ) : (
                            ROLE_WORDS[person.role]
                          )}
                        </Table.Td>
                        <Table.Td>{person.last_seen_at ? ago(person.last_seen_at) : t('never')}</Table.Td>
                        {isOwner && (
                          <Table.Td>
                            <Active person={person} onChange={(active) => change.mutate({ id: person.id, active })} />
                          </Table.Td>
                        )}
                        {isOwner && (
                          <Table.Td ta="right">
                            {person.id !== me.id && person.active && (
                              <Button size="xs" variant="subtle" onClick={() => newLink.mutate(person.id)}>
                                {t('Sign-in link')}
                              </Button>
                            )}
                          </Table.Td>
                        )}
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Paper>
          )}
        </Answer>
        <InvitationList nameOf={(id) => projects.find((entry) => entry.id === id)?.name} />
      </Stack>
      <Modal opened={Boolean(link)} onClose={() => setLink('')} title={t('One-time sign-in link')}>
        <OneTime
          title={t('It signs them in once, and lets them set a new password.')}
          text={link}
          onClose={() => setLink('')}
        />
      </Modal>
    </Page>
  );
}

function Active({ person, onChange }: { person: Member; onChange: (active: boolean) => void }) {
  return (
    <Switch
      aria-label={t('{{name}} may sign in', { name: person.name })}
      checked={person.active}
      onChange={(event) => onChange(event.currentTarget.checked)}
      size="sm"
    />
  );
}
