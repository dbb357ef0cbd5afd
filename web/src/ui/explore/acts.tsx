/** What can be done with the items that are chosen: each act says how many it touches before it begins. */
import { Button, Group, Modal, Paper, Select, Stack, TagsInput, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, projectMembers } from '../../queries';
import type { Project } from '../../wire';
import { tell } from '../notify';
import { atLeast, count, number } from '../words';
import { useFacets } from './use-explore';
import type { Done, Selection } from './wire';

type Act = 'tags' | 'split' | 'assignment' | 'reopen';

interface Props {
  project: Project;
  selection: Selection;
  chosen: number;
  total: number;
  everything: boolean;
  onAll: () => void;
  onNone: () => void;
}

export function Acts({ project, selection, chosen, total, everything, onAll, onNone }: Props) {
  const [act, setAct] = useState<Act | null>(null);
  if (chosen === 0) return null;
  const mayTag = atLeast(project.role, 'reviewer');
  const mayManage = atLeast(project.role, 'manager');
  return (
    <Paper withBorder px="sm" py={6} component={Group} gap="sm" data-testid="acts">
      <Text size="sm" fw={560} aria-live="polite">
        {t('{{items}} selected', { items: count(chosen, 'item') })}
      </Text>
      {!everything && chosen < total && (
        <Button size="compact-sm" variant="subtle" onClick={onAll}>
          {t('Select all {{total}}', { total: number(total) })}
        </Button>
      )}
      <Button size="compact-sm" variant="subtle" onClick={onNone}>
        {t('Select none')}
      </Button>
      <Group gap={6} ml="auto">
        {mayTag && <Button size="compact-sm" variant="default" onClick={() => setAct('tags')}>{t('Tags…')}</Button>}
        {mayManage && <Button size="compact-sm" variant="default" onClick={() => setAct('split')}>{t('Split…')}</Button>}
        {mayManage && <Button size="compact-sm" variant="default" onClick={() => setAct('assignment')}>{t('Assign…')}</Button>}
        {mayManage && <Button size="compact-sm" variant="default" onClick={() => setAct('reopen')}>{t('Reopen…')}</Button>}
      </Group>
      {act && <Dialog act={act} project={project} selection={selection} chosen={chosen} onClose={() => setAct(null)} />}
    </Paper>
  );
}

interface DialogProps {
  act: Act;
  project: Project;
  selection: Selection;
  chosen: number;
  onClose: () => void;
}

function Dialog({ act, project, selection, chosen, onClose }: DialogProps) {
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const [choice, setChoice] = useState<string | null>(null);
  const [comment, setComment] = useState('');
  const known = useFacets(project.id, {}, 'tags', act === 'tags').data?.[0]?.values.map(({ value }) => value) ?? [];
  const { data: people = [] } = useQuery({ ...projectMembers(project.id), enabled: act === 'assignment' || act === 'reopen' });
  const bodies: Record<Act, object> = {
    tags: { add, remove },
    split: { split: choice },
    assignment: { to: choice },
    reopen: { to: choice, comment },
  };
  const send = useMutation({
    mutationFn: () => api.post<Done>(`/projects/${project.id}/explore/${act}`, { selection, ...bodies[act] }),
    onSuccess: (done) => {
      void client.invalidateQueries({ queryKey: ['project', project.id, 'items'] });
      const kept = done.kept?.length ? t('Not changed: {{number}} ({{reason}})', { number: number(done.kept.length), reason: done.kept[0]?.reason ?? '' }) : '';
      tell(t('{{changed}} of {{items}} changed', { changed: number(done.changed), items: count(done.chosen, 'item') }), kept);
      onClose();
    },
  });
  const titles: Record<Act, string> = {
    tags: t('Add or remove tags'),
    split: t('Set the split'),
    assignment: t('Assign to a member'),
    reopen: t('Open again for annotation'),
  };
  const members = people.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Modal opened onClose={onClose} title={titles[act]}>
      <Stack>
        <Text size="sm">{t('This touches {{items}}. It is written into the audit log.', { items: count(chosen, 'item') })}</Text>
        {act === 'tags' && (
          <>
            <TagsInput label={t('Add')} data={known} value={add} onChange={setAdd} maxLength={60} acceptValueOnBlur data-autofocus />
            <TagsInput label={t('Remove')} data={known} value={remove} onChange={setRemove} maxLength={60} acceptValueOnBlur />
          </>
        )}
        {act === 'split' && (
          <Select label={t('Split')} placeholder={t('No split')} clearable data={['train', 'val', 'test']} value={choice} onChange={setChoice} />
        )}
        {(act === 'assignment' || act === 'reopen') && (
          <Select label={t('For')} placeholder={t('Whoever comes next')} clearable data={members} value={choice} onChange={setChoice} />
        )}
        {act === 'assignment' && (
          <Text size="sm" c="dimmed">
            {t('Only items that wait for annotation are assigned; those that somebody works on stay with them.')}
          </Text>
        )}
        {act === 'reopen' && (
          <Textarea label={t('What to change')} autosize minRows={2} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
        )}
        <Button
          loading={send.isPending}
          disabled={act === 'tags' && add.length + remove.length === 0}
          onClick={() => send.mutate()}
          data-testid="act-confirm"
        >
          {t('Change {{items}}', { items: count(chosen, 'item') })}
        </Button>
      </Stack>
    </Modal>
  );
}
