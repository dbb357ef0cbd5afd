/** Guideline pages: written in Markdown on the left, seen as annotators see them on the right. */
import {
  ActionIcon, Button, FileButton, Grid, Group, Paper, Stack, Tabs, Text, Textarea, TextInput, Title,
} from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPhotoPlus, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import type { GuidelinePage } from '../../wire';
import { idFrom } from '../ontology/edit';
import { Guideline } from './markdown';

interface Props {
  project: string;
  pages: GuidelinePage[];
  onChange: (pages: GuidelinePage[]) => void;
}

export function Pages({ project, pages, onChange }: Props) {
  const [chosen, choose] = useState<string | null>(pages[0]?.id ?? null);
  const put = (id: string, fields: Partial<GuidelinePage>) =>
    onChange(pages.map((page) => (page.id === id ? { ...page, ...fields } : page)));
  const add = () => {
    const id = idFrom('page', pages.map((page) => page.id));
    onChange([...pages, { id, title: t('Page {{number}}', { number: pages.length + 1 }), text: '' }]);
    choose(id);
  };
  const move = (id: string, by: number) => {
    const from = pages.findIndex((page) => page.id === id);
    const moved = pages.filter((page) => page.id !== id);
    moved.splice(Math.max(0, from + by), 0, pages[from]!);
    onChange(moved);
  };
  const shown = pages.find(({ id }) => id === chosen) ?? pages[0];
  return (
    <Paper p="lg">
      <Group justify="space-between" mb="md">
        <div>
          <Title order={3}>{t('Guideline')}</Title>
          <Text size="sm" c="dimmed">
            {t('The rules, with pictures as examples. It is at hand in the studio.')}
          </Text>
        </div>
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={add}>
          {t('Add a page')}
        </Button>
      </Group>
      {shown && (
        <Tabs value={shown.id} onChange={choose} variant="outline">
          <Tabs.List mb="md">
            {pages.map((page) => (
              <Tabs.Tab key={page.id} value={page.id}>
                <Text size="sm" className="lw-clip" maw={200}>
                  {page.title || t('Untitled')}
                </Text>
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <PageForm
            key={shown.id}
            project={project}
            page={shown}
            onChange={(fields) => put(shown.id, fields)}
            onMove={(by) => move(shown.id, by)}
            onRemove={() => onChange(pages.filter(({ id }) => id !== shown.id))}
          />
        </Tabs>
      )}
    </Paper>
  );
}

interface PageProps {
  project: string;
  page: GuidelinePage;
  onChange: (fields: Partial<GuidelinePage>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function PageForm({ project, page, onChange, onMove, onRemove }: PageProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const send = useMutation({
    mutationFn: (file: File) =>
      api.post<{ sha256: string }>(`/projects/${project}/guideline-images`, undefined, {
        raw: file,
        type: file.type || 'application/octet-stream',
      }),
    onSuccess: ({ sha256 }, file) => {
      const text = page.text ?? '';
      const at = area.current?.selectionStart ?? text.length;
      const name = file.name.replace(/\.[^.]+$/, '').replace(/[[\]]/g, ' ');
      onChange({ text: `${text.slice(0, at)}\n\n![${name}](guideline:${sha256})\n\n${text.slice(at)}` });
    },
  });
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="xs">
        <TextInput
          flex={1}
          label={t('Title')}
          value={page.title}
          onChange={(event) => onChange({ title: event.currentTarget.value })}
        />
        <FileButton accept="image/*" onChange={(file) => file && send.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={send.isPending} leftSection={<IconPhotoPlus size={16} />}>
              {t('Insert a picture')}
            </Button>
          )}
        </FileButton>
        <ActionIcon variant="default" size={36} aria-label={t('Move the page to the left')} onClick={() => onMove(-1)}>
          <IconArrowUp size={16} style={{ rotate: '-90deg' }} />
        </ActionIcon>
        <ActionIcon variant="default" size={36} aria-label={t('Move the page to the right')} onClick={() => onMove(1)}>
          <IconArrowDown size={16} style={{ rotate: '-90deg' }} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="red" size={36} aria-label={t('Remove the page')} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Textarea
            ref={area}
            label={t('Text, in Markdown')}
            autosize
            minRows={14}
            maxRows={30}
            value={page.text ?? ''}
            onChange={(event) => onChange({ text: event.currentTarget.value })}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: 1.55 } }}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Text size="sm" fw={500} mb={4}>
            {t('As annotators see it')}
          </Text>
          <Paper p="md" bg="var(--lw-sunken)" mih={280}>
            <Guideline project={project} text={page.text ?? ''} />
          </Paper>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
