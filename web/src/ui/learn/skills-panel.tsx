/** Who holds which skill; managers grant and take away. */
import { ActionIcon, Badge, Button, Group, NumberInput, Paper, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, projectMembers } from '../../queries';
import { useProject } from '../project';
import { Answer } from '../state';
import { ago, atLeast, moment } from '../words';
import { learnKey, skillsOf } from './queries';

export function SkillsPanel() {
  const { project } = useProject();
  const manages = atLeast(project.role, 'manager');
  const skills = useQuery(skillsOf(project.id));
  const revoke = useMutation({
    mutationFn: (held: { member: string; skill: string }) => api.post(`/projects/${project.id}/skills/revoke`, { ...held, reason: '' }),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project.id) }),
  });
  return (
    <Paper p="md" data-testid="skills">
      <Stack gap="sm">
        <Title order={3}>{manages ? t('Skills of people') : t('Your skills')}</Title>
        <Answer of={skills}>
          {(held) =>
            held.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('None yet. A stage of the workflow can ask for a skill; a test grants it.')}
              </Text>
            ) : (
              <Table verticalSpacing={6}>
                <Table.Tbody>
                  {held.map((one) => (
                    <Table.Tr key={`${one.member} ${one.skill}`}>
                      {manages && <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.name}</Table.Td>}
                      <Table.Td>
                        <Badge variant="light" color={one.expired ? 'gray' : 'pine'} tt="none">
                          {one.skill}
                        </Badge>
                      </Table.Td>
                      <Table.Td>{one.granted_by ? t('granted by hand') : t('by passing a test')}</Table.Td>
                      <Table.Td title={moment(one.granted_at)}>{ago(one.granted_at)}</Table.Td>
                      <Table.Td>
                        {one.expires_at === null
                          ? t('for good')
                          : one.expired
                            ? t('expired {{ago}}', { ago: ago(one.expires_at) })
                            : t('until {{when}}', { when: moment(one.expires_at) })}
                      </Table.Td>
                      {manages && (
                        <Table.Td ta="right">
                          <ActionIcon variant="subtle" color="gray" aria-label={t('Take “{{skill}}” away from {{name}}', { skill: one.skill, name: one.name })} onClick={() => revoke.mutate(one)}>
                            <IconX size={16} />
                          </ActionIcon>
                        </Table.Td>
                      )}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Answer>
        {manages && <Grant project={project.id} />}
      </Stack>
    </Paper>
  );
}

function Grant({ project }: { project: string }) {
  const people = useQuery(projectMembers(project));
  const [member, setMember] = useState<string | null>(null);
  const [skill, setSkill] = useState('');
  const [days, setDays] = useState<number | null>(null);
  const grant = useMutation({
    mutationFn: () => api.post(`/projects/${project}/skills`, { member, skill: skill.trim(), days, reason: '' }),
    onSuccess: () => setSkill(''),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(project) }),
  });
  return (
    <Group align="flex-end" gap="xs">
      <Select size="xs" label={t('Person')} searchable data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={member} onChange={setMember} />
      <TextInput size="xs" label={t('Skill')} maxLength={60} value={skill} onChange={({ currentTarget }) => setSkill(currentTarget.value)} />
      <NumberInput size="xs" w={120} label={t('Days')} placeholder={t('for good')} min={1} value={days ?? ''} onChange={(value) => setDays(typeof value === 'number' ? value : null)} />
      <Button size="xs" variant="default" disabled={!member || !skill.trim()} loading={grant.isPending} onClick={() => grant.mutate()}>
        {t('Grant')}
      </Button>
    </Group>
  );
}
