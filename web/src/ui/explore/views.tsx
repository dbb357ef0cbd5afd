/** Saved views: one's own and those of the project; opened, saved, renamed, shared, deleted. */
import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconBookmark, IconPencil, IconTrash, IconUsers } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import type { Project } from '../../wire';
import { tell } from '../notify';
import { atLeast } from '../words';
import { useViews } from './use-explore';
import type { ItemFilter, Order, View } from './wire';
import { readFilter, writeFilter } from './filter';

interface Props {
  project: Project;
  filter: ItemFilter;
  order: Order;
  onOpen: (view: View) => void;
}

export function Views({ project, filter, order, onOpen }: Props) {
  const { data: views = [], error } = useViews(project.id);
  const [edited, setEdited] = useState<View | 'new' | null>(null);
  const mayChange = (view: View) => view.mine || atLeast(project.role, 'manager');
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Button variant="default" size="sm" leftSection={<IconBookmark size={16} />} data-testid="views">
            {t('Views')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {error && <Menu.Label c="red">{t('The views cannot be read now.')}</Menu.Label>}
          {views.length === 0 && !error && <Menu.Label>{t('No views yet: set filters, then save them here.')}</Menu.Label>}
          {views.map((view) => (
            <Group key={view.id} gap={2} wrap="nowrap">
              <Menu.Item onClick={() => onOpen(view)} style={{ minWidth: 0 }} rightSection={view.shared ? <IconUsers size={14} aria-label={t('Shared')} /> : null}>
                <span className="lw-clip">{view.name}</span>
                {!view.mine && <Text size="xs" c="dimmed">{view.made_by}</Text>}
              </Menu.Item>
              {mayChange(view) && (
                <ActionIcon variant="subtle" color="gray" aria-label={t('Change {{name}}', { name: view.name })} onClick={() => setEdited(view)}>
                  <IconPencil size={15} />
                </ActionIcon>
              )}
            </Group>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setEdited('new')}>{t('Save this view…')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {edited && (
        <Edit
          key={edited === 'new' ? 'new' : edited.id}
          project={project}
          view={edited === 'new' ? null : edited}
          filter={filter}
          order={order}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}

interface EditProps {
  project: Project;
  view: View | null;
  filter: ItemFilter;
  order: Order;
  onClose: () => void;
}

function Edit({ project, view, filter, order, onClose }: EditProps) {
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState(view?.shared ?? false);
  const [overwrite, setOverwrite] = useState(false);
  const looked = { filter: readFilter(writeFilter(filter)), order };
  const settled = (words: string) => {
    void client.invalidateQueries({ queryKey: ['project', project.id, 'views'] });
    tell(words);
    onClose();
  };
  const save = useMutation({
    mutationFn: () =>
      view
        ? api.patch(`/views/${view.id}`, { name, shared, ...(overwrite ? { looked } : {}) })
        : api.post(`/projects/${project.id}/views`, { name, shared, looked }),
    onSuccess: () => settled(t('The view is saved')),
  });
  const remove = useMutation({
    mutationFn: () => api.delete(`/views/${view?.id}`),
    onSuccess: () => settled(t('The view is deleted')),
  });
  return (
    <Modal opened onClose={onClose} title={view ? t('Change the view') : t('Save this view')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput label={t('Name')} value={name} maxLength={100} required data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          {(atLeast(project.role, 'reviewer') || shared) && (
            <Checkbox label={t('Everybody in the project sees it')} checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
          )}
          {view && (
            <Checkbox label={t('Replace what it shows by the filters of now')} checked={overwrite} onChange={(event) => setOverwrite(event.currentTarget.checked)} />
          )}
          <Group justify="space-between">
            {view ? (
              <Button variant="subtle" color="red" leftSection={<IconTrash size={15} />} loading={remove.isPending} onClick={() => remove.mutate()}>
                {t('Delete')}
              </Button>
            ) : (
              <span />
            )}
            <Button type="submit" loading={save.isPending} disabled={!name.trim()}>
              {t('Save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
