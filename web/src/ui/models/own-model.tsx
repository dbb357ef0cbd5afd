/** Adding an ONNX file of one's own, or the package of a model of the catalog where there is no network. */
import { Button, FileInput, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import { tell } from '../notify';
import { Failure } from '../state';
import { type Model, models } from './wire';

const DIALOG = 'own-model';

export function openOwnModel(): void {
  modals.open({ modalId: DIALOG, title: t('Add a model from a file'), size: 'lg', children: <OwnModel /> });
}

/** A name that a model may have, from the name of its file. */
export function nameFrom(file: string): string {
  const stem = file.replace(/\.[^.]*$/, '').toLowerCase();
  return stem.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '').slice(0, 64);
}

function OwnModel() {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [licence, setLicence] = useState('');
  const [labels, setLabels] = useState('');
  const add = useMutation({
    mutationFn: (chosen: File) => {
      const query = new URLSearchParams({ file: chosen.name, title, licence, labels });
      for (const [key, value] of [...query]) if (!value) query.delete(key);
      return api.put<Model>(`/models/${encodeURIComponent(name)}/file?${query}`, undefined, { raw: chosen });
    },
    onSuccess: (model) => {
      tell(t('{{name}} is installed.', { name: model.title }));
      void client.invalidateQueries({ queryKey: models().queryKey });
      modals.close(DIALOG);
    },
  });
  const choose = (chosen: File | null) => {
    setFile(chosen);
    if (chosen && !name) setName(nameFrom(chosen.name));
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('An ONNX file: classifiers, YOLO and DETR detectors and segmenters are recognized by what they answer. For a model of the list, give the package that carries it.')}
      </Text>
      <FileInput label={t('File')} placeholder={t('Choose a file')} value={file} onChange={choose} data-testid="model-file" />
      <TextInput label={t('Name')} description={t('Small letters, digits, dots and dashes')} value={name} onChange={(event) => setName(event.currentTarget.value)} data-testid="model-name" />
      <Group grow align="flex-start">
        <TextInput label={t('What it finds')} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <TextInput label={t('Licence')} value={licence} onChange={(event) => setLicence(event.currentTarget.value)} />
      </Group>
      <Textarea
        label={t('Labels, a line each, in the order of its outputs')}
        description={t('Not needed where the file names them itself.')}
        autosize
        minRows={2}
        maxRows={8}
        value={labels}
        onChange={(event) => setLabels(event.currentTarget.value)}
      />
      {add.isError && <Failure error={add.error} />}
      <Group justify="flex-end">
        <Button disabled={!file || !name} loading={add.isPending} data-testid="add-file" onClick={() => file && add.mutate(file)}>
          {t('Add')}
        </Button>
      </Group>
    </Stack>
  );
}
