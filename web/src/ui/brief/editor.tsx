/** Editing the brief; saving makes a new version. */
import { Alert, Button, Checkbox, Group, Paper, Stack, Text, Textarea, Title, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import type { Brief, BriefView } from '../../wire';
import { tell } from '../notify';
import { Failure } from '../state';
import { SHAPE_WORDS } from '../words';
import { Pages } from './pages';
import { Targets } from './targets';

export function BriefEditor({ project, view }: { project: string; view: BriefView }) {
  const [brief, setBrief] = useState<Brief>(view.brief);
  const change = (fields: Partial<Brief>) => setBrief((before) => ({ ...before, ...fields }));
  const isChanged = JSON.stringify(brief) !== JSON.stringify(view.brief);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.put<BriefView>(`/projects/${project}/brief`, { base: view.version, brief }),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['project', project, 'brief'] });
      tell(t('Version {{version}} of the brief is saved', { version: saved.version }), t('Annotators see it at their next task.'));
    },
  });
  return (
    <Stack gap="md">
      {save.error && <Failure error={save.error} />}
      <Paper p="lg">
        <Title order={3} mb="sm">
          {t('What is asked for')}
        </Title>
        <Stack>
          <Textarea
            label={t('Summary')}
            placeholder={t('What the labels are for, and what matters most')}
            autosize
            minRows={2}
            value={brief.summary ?? ''}
            onChange={(event) => change({ summary: event.currentTarget.value })}
          />
          <Textarea
            label={t('Origin of the pictures')}
            placeholder={t('Where they come from and how they were chosen; it stands in the card of every release')}
            autosize
            minRows={2}
            value={brief.origin ?? ''}
            onChange={(event) => change({ origin: event.currentTarget.value })}
          />
          <TextInput
            label={t('Licence of the pictures')}
            placeholder={t('Under which terms they may be used')}
            value={brief.licence ?? ''}
            onChange={(event) => change({ licence: event.currentTarget.value })}
          />
          <Checkbox.Group
            label={t('Kinds of annotation')}
            value={brief.kinds ?? ['box']}
            onChange={(kinds) => change({ kinds })}
          >
            <Group mt={6}>
              {Object.entries(SHAPE_WORDS).map(([kind, word]) => (
                <Checkbox key={kind} value={kind} label={word} />
              ))}
            </Group>
          </Checkbox.Group>
        </Stack>
      </Paper>
      <Targets targets={brief.targets ?? []} onChange={(targets) => change({ targets })} />
      <Pages project={project} pages={brief.pages ?? []} onChange={(pages) => change({ pages })} />
      {isChanged && (
        <Alert
          p="sm"
          pos="sticky"
          bottom={16}
          styles={{ root: { background: 'var(--lw-surface)', border: '1px solid var(--lw-accent)' } }}
        >
          <Group justify="space-between">
            <Text size="sm">{t('Saving makes version {{version}}.', { version: view.version + 1 })}</Text>
            <Group gap="sm">
              <Button variant="default" onClick={() => setBrief(view.brief)}>
                {t('Drop the changes')}
              </Button>
              <Button loading={save.isPending} onClick={() => save.mutate()}>
                {t('Save')}
              </Button>
            </Group>
          </Group>
        </Alert>
      )}
    </Stack>
  );
}
