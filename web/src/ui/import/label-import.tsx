/** Labels of other tools: a preview of what will change comes first, then they are applied. */
import {
  Alert, Button, Checkbox, Group, SegmentedControl, Select, SimpleGrid, Stack, Text, TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { spoken, t } from '../../language/language';
import { client, formats as formatsQuery } from '../../queries';
import { Failure } from '../state';
import { DropArea } from './drop-area';
import { ImportOutcome, useImport } from './outcome';
import { idOfImport, type Started } from './started';
import { useUpload } from './use-upload';

const AS_HELP: Record<string, string> = spoken<string>({
  annotations: 'Becomes the work that counts; items with it are done.',
  predictions: 'A starting point that people correct.',
  references: 'The right answers to compare with; annotators do not see them.',
});

const START = {
  way: 'here',
  source: '',
  format: 'auto',
  as: 'annotations',
  mode: 'add',
  model: '',
  create_categories: true,
};

type Values = typeof START;

function body(values: Values, upload: string | undefined, dry_run: boolean) {
  const { way, source, model, ...rest } = values;
  return {
    kind: 'labels',
    ...rest,
    ...(way === 'here' ? { upload } : { source: source.trim() }),
    ...(values.as === 'predictions' && model.trim() ? { model: model.trim() } : {}),
    dry_run,
  };
}

export function LabelImport({ project }: { project: string }) {
  const form = useForm<Values>({ initialValues: START });
  const uploading = useUpload(project);
  const { upload, sum } = uploading;
  const send = (dryRun: boolean) => () =>
    api.post<Started>(`/projects/${project}/imports`, body(form.values, upload?.id, dryRun));
  const preview = useMutation({ meta: { quiet: true }, mutationFn: send(true) });
  const apply = useMutation({
    meta: { quiet: true },
    mutationFn: send(false),
    onSuccess: () => {
      uploading.forget();
      void client.invalidateQueries({ queryKey: ['project', project, 'imports'] });
    },
  });
  const again = () => {
    preview.reset();
    apply.reset();
  };

  if (apply.data) {
    return (
      <Stack>
        <ImportOutcome id={idOfImport(apply.data)} />
        <Group>
          <Button variant="default" onClick={again}>
            {t('Import more')}
          </Button>
        </Group>
      </Stack>
    );
  }
  if (preview.data) {
    return (
      <Preview
        id={idOfImport(preview.data)}
        error={apply.error}
        isBusy={apply.isPending}
        onApply={() => apply.mutate()}
        onBack={again}
      />
    );
  }
  const isReady =
    form.values.way === 'here' ? Boolean(sum && !sum.isRunning && sum.sentFiles) : Boolean(form.values.source.trim());
  return (
    <Stack>
      <SegmentedControl
        w="fit-content"
        aria-label={t('Where the labels are')}
        data={[
          { value: 'here', label: t('On this computer') },
          { value: 'server', label: t('On the server') },
        ]}
        {...form.getInputProps('way')}
      />
      {form.values.way === 'here' ? (
        <DropArea uploading={uploading} hint={t('COCO (JSON), Pascal VOC (XML) or YOLO (text), as files, a folder or a zip')} />
      ) : (
        <TextInput
          label={t('Folder, file or zip on the server')}
          placeholder="/data/labels"
          maw={640}
          {...form.getInputProps('source')}
        />
      )}
      <Options form={form} />
      {preview.error && <Failure error={preview.error} />}
      <Group>
        <Button disabled={!isReady} loading={preview.isPending} onClick={() => preview.mutate()}>
          {t('Preview what will change')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('Labels find their item by its name. Nothing changes before you apply.')}
        </Text>
      </Group>
    </Stack>
  );
}

function Options({ form }: { form: ReturnType<typeof useForm<Values>> }) {
  const { data: formats = [] } = useQuery(formatsQuery());
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Select
          label={t('Format')}
          allowDeselect={false}
          data={[
            { value: 'auto', label: t('Recognize it') },
            ...formats.map(({ name, title }) => ({ value: name, label: title || name })),
          ]}
          {...form.getInputProps('format')}
        />
        <Select
          label={t('Bring in as')}
          description={AS_HELP[form.values.as]}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          data={[
            { value: 'annotations', label: t('Annotations') },
            { value: 'predictions', label: t('Predictions') },
            { value: 'references', label: t('References') },
          ]}
          {...form.getInputProps('as')}
        />
        <Select
          label={t('Where there is something already')}
          allowDeselect={false}
          data={[
            { value: 'add', label: t('Add to it') },
            { value: 'replace', label: t('Replace it') },
          ]}
          {...form.getInputProps('mode')}
        />
      </SimpleGrid>
      {form.values.as === 'predictions' && (
        <TextInput
          label={t('Model')}
          placeholder="detector@1.4"
          description={t('Its name and version, kept as evidence')}
          maw={320}
          {...form.getInputProps('model')}
        />
      )}
      <Checkbox
        label={t('Create categories that the ontology lacks')}
        {...form.getInputProps('create_categories', { type: 'checkbox' })}
      />
    </>
  );
}

interface PreviewProps {
  id: string;
  error: unknown;
  isBusy: boolean;
  onApply: () => void;
  onBack: () => void;
}

function Preview({ id, error, isBusy, onApply, onBack }: PreviewProps) {
  const { data: made } = useImport(id);
  const isReady = made?.state === 'done';
  return (
    <Stack>
      <Alert color="blue" title={t('This is a preview')}>
        {t('Nothing has changed yet. Look it over, then apply it; an import can be undone as one step.')}
      </Alert>
      <ImportOutcome id={id} />
      {Boolean(error) && <Failure error={error} />}
      <Group>
        <Button disabled={!isReady} loading={isBusy} onClick={onApply}>
          {t('Apply')}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t('Change the settings')}
        </Button>
      </Group>
    </Stack>
  );
}
