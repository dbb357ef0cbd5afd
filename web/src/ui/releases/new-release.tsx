/** Freezes what is done under a tag, shared out to splits. */
import { Button, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import type { Release, SplitPlan } from '../../wire';
import { tell } from '../notify';
import { Failure } from '../state';
import { NO_PLAN, SplitForm, total } from './split-form';

interface Props {
  project: string;
  number: number;
  done: number;
  /** The newest release, which this one goes on from. */
  before: Release | null;
  onClose: () => void;
}

const TAG = /^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,59}$/u;

export function NewRelease({ project, number, done, before, onClose }: Props) {
  const isSplit = before !== null && Object.keys(before.splits).length > 0;
  const [plan, setPlan] = useState<SplitPlan>({ ...NO_PLAN, how: isSplit ? 'inherited' : 'came' });
  const fits = plan.how === 'came' || plan.how === 'none' || total(plan) === 100;
  const form = useForm({
    initialValues: { tag: `v${number}`, notes: '' },
    validate: { tag: (tag) => (TAG.test(tag) ? null : t('Use letters, digits, dots, dashes and underscores')) },
  });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (values: { tag: string; notes: string }) =>
      api.post<Release>(`/projects/${project}/releases`, { ...values, states: ['done'], splits: plan }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['project', project, 'releases'] });
      tell(t('Release {{tag}} is made', { tag: made.tag }));
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('New release')}>
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack>
          {create.error && <Failure error={create.error} />}
          <Text size="sm">
            {t('{{count}} items that are done go in, with their annotations as they are now.', { count: done })}
          </Text>
          <TextInput label={t('Tag')} data-autofocus {...form.getInputProps('tag')} />
          <Textarea label={t('Notes')} autosize minRows={3} {...form.getInputProps('notes')} />
          <SplitForm plan={plan} hasParent={before !== null} onChange={setPlan} />
          {before && (
            <Text size="sm" c="dimmed">
              {t('It goes on from release {{tag}}.', { tag: before.tag })}
            </Text>
          )}
          <Button type="submit" loading={create.isPending} disabled={!fits}>
            {t('Make the release')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
