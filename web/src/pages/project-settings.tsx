/** A project's name and description; putting it away. */
import { Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { client } from '../queries';
import { tell } from '../ui/notify';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { ProjectCodes } from '../ui/project-codes';
import { ProjectWebhooks } from '../ui/project-webhooks';
import { Failure } from '../ui/state';
import type { Project } from '../wire';

export default function ProjectSettings() {
  const { project } = useProject();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      name: project.name,
      description: project.description,
    },
    validate: { name: (name) => (name.trim() ? null : t('Give it a name')) },
  });
  const patch = (body: unknown) => api.patch<Project>(`/projects/${project.id}`, body);
  const again = (saved: Project) => {
    client.setQueryData(['project', project.id], saved);
    void client.invalidateQueries({ queryKey: ['projects'] });
  };
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ name, description }: typeof form.values) => patch({ name: name.trim(), description: description.trim() }),
    onSuccess: (saved) => {
      again(saved);
      form.resetDirty();
      tell(t('Saved'));
    },
  });
  const archive = useMutation({
    mutationFn: () => patch({ archived: true }),
    onSuccess: (saved) => {
      again(saved);
      tell(t('“{{name}}” is put away', { name: project.name }));
      void navigate('/');
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: t('Put this project away?'),
      children: <Text size="sm">{t('It leaves the list of projects. Nothing in it is deleted.')}</Text>,
      labels: { confirm: t('Put it away'), cancel: t('Keep it') },
      onConfirm: () => archive.mutate(),
    });
  return (
    <Page title={t('Settings')} order={2}>
      <Stack maw={720}>
        <Paper p="lg">
          <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
            <Stack>
              {save.error && <Failure error={save.error} />}
              <TextInput label={t('Name')} maxLength={200} {...form.getInputProps('name')} />
              <Textarea label={t('Description')} autosize minRows={2} {...form.getInputProps('description')} />
              <Group>
                <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
                  {t('Save')}
                </Button>
              </Group>
            </Stack>
          </form>
        </Paper>
        <ProjectCodes project={project.id} />
        <ProjectWebhooks project={project.id} />
        <Paper p="lg">
          <Group justify="space-between">
            <div>
              <Title order={3}>{t('Put the project away')}</Title>
              <Text size="sm" c="dimmed">
                {t('For projects that are finished. Nothing is deleted.')}
              </Text>
            </div>
            <Button variant="default" onClick={ask}>
              {t('Put away')}
            </Button>
          </Group>
        </Paper>
      </Stack>
    </Page>
  );
}
