/** Opens a finished item again, for anyone or for one member, with a word on why. */
import { Button, Modal, Select, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, projectMembers } from '../../queries';
import type { Item, Project } from '../../wire';
import { tell } from '../notify';

export function Reopen({ item, project }: { item: Item; project: Project }) {
  const [opened, { open, close }] = useDisclosure();
  const [to, setTo] = useState<string | null>(null);
  const [comment, setComment] = useState('');
  const { data: people = [] } = useQuery({ ...projectMembers(project.id), enabled: opened });
  const reopen = useMutation({
    mutationFn: () => api.post(`/items/${item.id}/reopen`, { to, comment }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['item', item.id] });
      tell(t('The item is open again'));
      close();
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('Reopen')}
      </Button>
      <Modal opened={opened} onClose={close} title={t('Reopen this item')}>
        <Stack>
          <Select
            label={t('For')}
            placeholder={t('Whoever comes next')}
            clearable
            data={people.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }))}
            value={to}
            onChange={setTo}
          />
          <Textarea
            label={t('What to change')}
            autosize
            minRows={3}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Button loading={reopen.isPending} onClick={() => reopen.mutate()}>
            {t('Reopen')}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
