/** Who works in a project, and as what. */
import { ActionIcon, Badge, Group, Paper, Select, Stack, Table, Text } from '@mantine/core';
import { IconUserMinus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import { client, members as membersQuery, projectMembers } from '../queries';
import { Page } from '../ui/page';
import { InvitationList } from '../ui/people/invitation-list';
import { Invite } from '../ui/people/invite';
import { useProject } from '../ui/project';
import { Answer } from '../ui/state';
import { atLeast, ROLE_HELP, ROLE_WORDS } from '../ui/words';
import type { ProjectMember, Role } from '../wire';

const ROLES: Role[] = ['annotator', 'reviewer', 'manager'];
const choices = () => ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role] }));

export default function ProjectMembers() {
  const { project } = useProject();
  const people = useQuery(projectMembers(project.id));
  const again = () => client.invalidateQueries({ queryKey: ['project', project.id, 'members'] });
  const put = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      api.put(`/projects/${project.id}/members/${id}`, { role }),
    onSuccess: again,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.delete(`/projects/${project.id}/members/${id}`),
    onSuccess: again,
  });
  return (
    <Page
      title={t('Members')}
      order={2}
      about={ROLES.map((role) => t('{{role}}: {{help}}.', { role: ROLE_WORDS[role], help: ROLE_HELP[role].toLowerCase() })).join(' ')}
      actions={<Invite project={project.id} roles={ROLES} />}
    >
      <Stack>
        <Answer of={people}>
          {(data) => (
            <Paper p={0}>
              <Table highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('Name')}</Table.Th>
                    <Table.Th>{t('E-mail')}</Table.Th>
                    <Table.Th w={190}>{t('Role here')}</Table.Th>
                    <Table.Th w={60} />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.map((person) => (
                    <Table.Tr key={person.id}>
                      <Table.Td className="lw-break">
                        <Group gap="xs">
                          {person.name}
                          {!person.active && <Badge variant="default" size="sm" tt="none">{t('Left')}</Badge>}
                        </Group>
                      </Table.Td>
                      <Table.Td className="lw-break">{person.email ?? ''}</Table.Td>
                      <Table.Td>
                        {isEverywhere(person) ? (
                          <Text size="sm" c="dimmed">
                            {t('{{role}} everywhere', { role: ROLE_WORDS[person.organization_role] })}
                          </Text>
                        ) : (
                          <Select
                            size="xs"
                            aria-label={t('Role of {{name}}', { name: person.name })}
                            allowDeselect={false}
                            data={choices()}
                            value={person.role}
                            onChange={(role) => role && put.mutate({ id: person.id, role: role as Role })}
                          />
                        )}
                      </Table.Td>
                      <Table.Td>
                        {!isEverywhere(person) && (
                          <ActionIcon
                            variant="subtle"
                            color="red"
                            aria-label={t('Remove {{name}} from the project', { name: person.name })}
                            onClick={() => remove.mutate(person.id)}
                          >
                            <IconUserMinus size={17} />
                          </ActionIcon>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
              <AddMember present={data} onAdd={(id) => put.mutate({ id, role: 'annotator' })} />
            </Paper>
          )}
        </Answer>
        <InvitationList project={project.id} />
      </Stack>
    </Page>
  );
}

function isEverywhere({ organization_role }: ProjectMember): boolean {
  return atLeast(organization_role, 'manager');
}

function AddMember({ present, onAdd }: { present: ProjectMember[]; onAdd: (id: string) => void }) {
  const { data = [] } = useQuery({ ...membersQuery(), retry: false });
  const [value, setValue] = useState<string | null>(null);
  const here = new Set(present.map(({ id }) => id));
  const others = data.filter(({ id, active }) => active && !here.has(id));
  if (others.length === 0) return null;
  return (
    <Group p="md" style={{ borderTop: '1px solid var(--lw-line)' }}>
      <Select
        w={300}
        aria-label={t('Add somebody of the organization')}
        placeholder={t('Add somebody of the organization')}
        searchable
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        value={value}
        onChange={(id) => {
          if (id) onAdd(id);
          setValue(null);
        }}
      />
    </Group>
  );
}
