/** A project's own error codes: added, renamed, described, retired; beside those that every project has. */
import { ActionIcon, Badge, Button, Checkbox, Group, Paper, Stack, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import { client } from '../queries';
import { errorCodes, type KnownCode, wordOfCode } from './error-codes';
import { Answer, Failure } from './state';

export function ProjectCodes({ project }: { project: string }) {
  const codes = useQuery(errorCodes(project));
  const [editing, setEditing] = useState<string | null>(null);
  const keep = (saved: KnownCode[]) => {
    client.setQueryData(errorCodes(project).queryKey, saved);
    setEditing(null);
  };
  return (
    <Paper p="lg" data-testid="project-codes">
      <Title order={3}>{t('Error codes')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('What reviewers and auditors say is wrong. A new title renames what was found before; a retired code is no longer offered.')}
      </Text>
      <Answer of={codes}>
        {(known) => (
          <Table verticalSpacing={6}>
            <Table.Tbody>
              {known.map((code) =>
                editing === code.code ? (
                  <Table.Tr key={code.code}>
                    <Table.Td colSpan={3}>
                      <CodeForm project={project} code={code} onSaved={keep} onClose={() => setEditing(null)} />
                    </Table.Td>
                  </Table.Tr>
                ) : (
                  <Table.Tr key={code.code}>
                    <Table.Td>
                      <Text size="sm" c={code.retired ? 'dimmed' : undefined}>
                        {wordOfCode(code.code, known)}
                      </Text>
                      {code.description && (
                        <Text size="xs" c="dimmed">
                          {code.description}
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td>
                      <Group gap={6}>
                        {code.severe && (
                          <Badge color="red" variant="light">
                            {t('Severe')}
                          </Badge>
                        )}
                        {code.retired && (
                          <Badge color="gray" variant="light">
                            {t('Retired')}
                          </Badge>
                        )}
                        {!code.own && (
                          <Text size="xs" c="dimmed">
                            {t('In every project')}
                          </Text>
                        )}
                      </Group>
                    </Table.Td>
                    <Table.Td w={40}>
                      {code.own && (
                        <ActionIcon variant="subtle" color="gray" aria-label={t('Change “{{name}}”', { name: code.title })} onClick={() => setEditing(code.code)}>
                          <IconPencil size={16} />
                        </ActionIcon>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ),
              )}
            </Table.Tbody>
          </Table>
        )}
      </Answer>
      {editing === '' ? (
        <CodeForm project={project} onSaved={keep} onClose={() => setEditing(null)} />
      ) : (
        <Button size="xs" variant="default" mt="sm" onClick={() => setEditing('')}>
          {t('Add a code')}
        </Button>
      )}
    </Paper>
  );
}

interface FormProps {
  project: string;
  code?: KnownCode;
  onSaved: (codes: KnownCode[]) => void;
  onClose: () => void;
}

function CodeForm({ project, code, onSaved, onClose }: FormProps) {
  const [title, setTitle] = useState(code?.title ?? '');
  const [description, setDescription] = useState(code?.description ?? '');
  const [severe, setSevere] = useState(code?.severe ?? false);
  const [retired, setRetired] = useState(code?.retired ?? false);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const said = { title: title.trim(), description: description.trim(), severe };
      const path = `/projects/${project}/error-codes`;
      return code
        ? api.patch<KnownCode[]>(`${path}/${code.code}`, { ...said, retired })
        : api.post<KnownCode[]>(path, { ...said, code: codeFrom(title) });
    },
    onSuccess: onSaved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="xs" my="xs">
        {save.error && <Failure error={save.error} />}
        <TextInput label={t('Title')} value={title} maxLength={80} data-autofocus autoFocus onChange={(event) => setTitle(event.currentTarget.value)} />
        <TextInput label={t('Description')} value={description} maxLength={500} onChange={(event) => setDescription(event.currentTarget.value)} />
        <Group gap="lg">
          <Checkbox label={t('Counts as severe')} checked={severe} onChange={(event) => setSevere(event.currentTarget.checked)} />
          {code && <Switch label={t('Retired')} checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} />}
        </Group>
        <Group gap="xs">
          <Button type="submit" size="xs" disabled={!title.trim()} loading={save.isPending}>
            {t('Save')}
          </Button>
          <Button size="xs" variant="default" onClick={onClose}>
            {t('Cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A short name for files and the API; where the title has no plain letters, one that is drawn. */
export function codeFrom(title: string): string {
  const plain = title.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40);
  return plain || `code_${Math.random().toString(36).slice(2, 8)}`;
}
