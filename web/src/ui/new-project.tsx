/** A new project: name, categories (by name or as YAML), and whether work is reviewed. */
import {
  Badge, Button, Checkbox, FileButton, Group, Modal, SegmentedControl, Stack, Text, Textarea, TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { client } from '../queries';
import type { Project } from '../wire';
import { categoriesNamed } from './ontology/edit';
import { projectPath } from './places';
import { Failure } from './state';

interface Values {
  name: string;
  description: string;
  way: 'names' | 'yaml';
  names: string;
  yaml: string;
  review: boolean;
  self_review: boolean;
}

const START: Values = {
  name: '',
  description: '',
  way: 'names',
  names: '',
  yaml: '',
  review: true,
  self_review: false,
};

const YAML_HINT = `categories:
  - name: Red cell
    color: "#D55E00"
    shapes: [box]
  - Platelet`;

function body(values: Values) {
  return {
    name: values.name.trim(),
    description: values.description.trim(),
    workflow: { review: values.review, self_review: values.self_review, lease_seconds: 300 },
    ...(values.way === 'yaml' && values.yaml.trim()
      ? { ontology_yaml: values.yaml }
      : { ontology: categoriesNamed(values.names) }),
  };
}

export function NewProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t('New project')} size="lg">
      <Creation onClose={onClose} />
    </Modal>
  );
}

function Creation({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const form = useForm<Values>({
    initialValues: START,
    validate: { name: (value) => (value.trim() ? null : t('Give it a name')) },
  });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (values: Values) => api.post<Project>('/projects', body(values)),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['projects'] });
      void navigate(projectPath(made.id, 'import'));
    },
  });
  const categories = categoriesNamed(form.values.names);
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && <Failure error={create.error} />}
        <TextInput label={t('Name')} data-autofocus maxLength={200} {...form.getInputProps('name')} />
        <Textarea label={t('Description')} autosize minRows={2} maxRows={5} {...form.getInputProps('description')} />
        <Stack gap={6}>
          <Group justify="space-between">
            <Text size="sm" fw={500}>
              {t('Categories')}
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={t('How to give the categories')}
              data={[
                { value: 'names', label: t('By name') },
                { value: 'yaml', label: 'YAML' },
              ]}
              {...form.getInputProps('way')}
            />
          </Group>
          {form.values.way === 'names' ? (
            <>
              <Textarea
                aria-label={t('Names of categories')}
                placeholder={t('One a line, or between commas: Red cell, White cell, Platelet')}
                autosize
                minRows={3}
                maxRows={8}
                {...form.getInputProps('names')}
              />
              <Group gap={6} mih={22} aria-live="polite">
                {categories.map(({ id, name, color }) => (
                  <Badge key={id} variant="default" tt="none" fw={500} leftSection={<Swatch color={color!} />}>
                    {name}
                  </Badge>
                ))}
                {categories.length === 0 && (
                  <Text size="xs" c="dimmed">
                    {t('You may add them later, with colors, shapes and attributes.')}
                  </Text>
                )}
              </Group>
            </>
          ) : (
            <YamlField value={form.values.yaml} onChange={(text) => form.setFieldValue('yaml', text)} />
          )}
        </Stack>
        <Stack gap="xs">
          <Checkbox
            label={t('A second person reviews what is submitted')}
            {...form.getInputProps('review', { type: 'checkbox' })}
          />
          <Checkbox
            label={t('People may review their own work')}
            description={t('For trying things out, or when you work alone')}
            disabled={!form.values.review}
            {...form.getInputProps('self_review', { type: 'checkbox' })}
          />
        </Stack>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('Create project')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Swatch({ color }: { color: string }) {
  return <span style={{ width: 9, height: 9, borderRadius: 3, background: color, display: 'block' }} />;
}

function YamlField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <Stack gap={6}>
      <Textarea
        aria-label={t('Ontology as YAML')}
        placeholder={YAML_HINT}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autosize
        minRows={6}
        maxRows={14}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <FileButton accept=".yaml,.yml" onChange={(file) => void file?.text().then(onChange)}>
        {(props) => (
          <Button {...props} variant="subtle" size="xs" style={{ alignSelf: 'flex-start' }}>
            {t('Read it from a file…')}
          </Button>
        )}
      </FileButton>
    </Stack>
  );
}
