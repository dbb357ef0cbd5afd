/** One model: what it does, where it is from, and the ways to add, try and remove it. */
import { Alert, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import { FollowJob, isOver, useJob } from '../jobs/follow';
import { tell } from '../notify';
import { bytes } from '../words';
import { TryPanel } from './try-panel';
import { finds, type Model, models, taskWord } from './wire';

export function ModelCard({ model, mayManage }: { model: Model; mayManage: boolean }) {
  const [isTrying, setTrying] = useState(false);
  return (
    <Paper p="md" withBorder data-testid="model" data-model={model.name}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={2} style={{ minWidth: 0 }}>
            <Title order={3} fz="md" className="lw-break">
              {model.title}
            </Title>
            <Text size="xs" c="dimmed" ff="monospace" className="lw-break">
              {model.name} {model.version}
            </Text>
          </Stack>
          <State model={model} />
        </Group>
        <Group gap={6}>
          {model.tasks.map((task) => (
            <Badge key={task} variant="default" tt="none">
              {taskWord(task)}
            </Badge>
          ))}
        </Group>
        {model.about && <Text size="sm">{model.about}</Text>}
        {model.problem && <Alert color="red">{model.problem}</Alert>}
        <Text size="xs" c="dimmed" className="lw-break">
          {[model.licence, bytes(model.bytes), model.package && t('from {{source}}', { source: model.package })].filter(Boolean).join(' · ')}
        </Text>
        <Group gap="xs">
          {finds(model) && (
            <Button size="xs" variant="light" data-testid="try" aria-expanded={isTrying} onClick={() => setTrying(!isTrying)}>
              {t('Try it on a picture')}
            </Button>
          )}
          {mayManage && model.state === 'available' && <Add name={model.name} />}
          {mayManage && !model.built_in && model.state !== 'available' && <Remove model={model} />}
        </Group>
        {isTrying && <TryPanel model={model} />}
      </Stack>
    </Paper>
  );
}

function State({ model }: { model: Model }) {
  if (model.state === 'broken') {
    return (
      <Badge color="red" variant="light" tt="none">
        {t('Broken')}
      </Badge>
    );
  }
  if (model.state === 'available') {
    return (
      <Badge color="gray" variant="light" tt="none">
        {t('Not installed')}
      </Badge>
    );
  }
  return (
    <Badge color="pine" variant="light" tt="none">
      {model.built_in ? t('Built in') : t('Installed')}
    </Badge>
  );
}

function Add({ name }: { name: string }) {
  const start = useMutation({ mutationFn: () => api.post<{ job: string }>('/models', { name }) });
  const job = start.data?.job;
  const { data: followed } = useJob(job);
  const state = followed?.state;
  useEffect(() => {
    if (state && isOver(state)) void client.invalidateQueries({ queryKey: models().queryKey });
  }, [state]);
  if (job) return <FollowJob id={job} />;
  return (
    <Button size="xs" loading={start.isPending} data-testid="add" onClick={() => start.mutate()}>
      {t('Fetch and install')}
    </Button>
  );
}

function Remove({ model }: { model: Model }) {
  const remove = useMutation({
    mutationFn: () => api.delete(`/models/${model.name}`),
    onSuccess: () => {
      tell(t('{{name}} is removed.', { name: model.title }));
      void client.invalidateQueries({ queryKey: models().queryKey });
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: t('Remove {{name}}?', { name: model.title }),
      children: <Text size="sm">{t('What it predicted stays. It can be added again.')}</Text>,
      labels: { confirm: t('Remove'), cancel: t('Keep') },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate(),
    });
  return (
    <Button size="xs" variant="default" loading={remove.isPending} onClick={ask}>
      {t('Remove')}
    </Button>
  );
}
