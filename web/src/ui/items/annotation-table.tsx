/** Every annotation of a document with its evidence: who made it, from what, and who checked it. */
import { Group, Paper, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { t } from '../../language/language';
import { projectMembers } from '../../queries';
import type { Annotation, AttributeSpec, AttributeValue, Category, Evidence } from '../../wire';
import { count, duration, SHAPE_WORDS, VERDICT_WORDS } from '../words';

interface Props {
  annotations: Annotation[];
  categories: Map<string, Category>;
  project: string;
  marked: string | null;
  onMark: (id: string | null) => void;
}

export function AnnotationTable({ annotations, categories, project, marked, onMark }: Props) {
  const { data: people = [] } = useQuery(projectMembers(project));
  const names = new Map(people.map(({ id, name }) => [id, name]));
  if (annotations.length === 0) return null;
  return (
    <Paper p={0}>
      <Group p="md" pb="xs" justify="space-between">
        <Title order={3}>{count(annotations.length, 'annotation')}</Title>
      </Group>
      <Table.ScrollContainer minWidth={620} mah={460}>
        <Table highlightOnHover stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('Category')}</Table.Th>
              <Table.Th>{t('Attributes')}</Table.Th>
              <Table.Th>{t('Made by')}</Table.Th>
              <Table.Th>{t('Checked')}</Table.Th>
              <Table.Th ta="right">{t('Work')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {annotations.map((annotation) => {
              const category = categories.get(annotation.category);
              const { evidence = {} } = annotation;
              return (
                <Table.Tr
                  key={annotation.id}
                  bg={marked === annotation.id ? 'var(--lw-sunken)' : undefined}
                  onPointerEnter={() => onMark(annotation.id)}
                  onPointerLeave={() => onMark(null)}
                >
                  <Table.Td>
                    <Group gap={8} wrap="nowrap">
                      <span
                        style={{ width: 10, height: 10, borderRadius: 3, background: category?.color ?? '#E69F00', flex: 'none' }}
                      />
                      <span>
                        {category?.name ?? annotation.category}
                        <Text size="xs" c="dimmed" component="div">
                          {SHAPE_WORDS[annotation.shape?.kind ?? 'tag']}
                        </Text>
                      </span>
                    </Group>
                  </Table.Td>
                  <Table.Td>{attributes(annotation, category)}</Table.Td>
                  <Table.Td>{maker(evidence, names)}</Table.Td>
                  <Table.Td>{checked(evidence, names)}</Table.Td>
                  <Table.Td ta="right">{evidence.seconds ? duration(evidence.seconds) : '—'}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function attributes({ attributes: values = {} }: Annotation, category: Category | undefined): React.ReactNode {
  const told = Object.entries(values).map(([id, value]) => {
    const spec = category?.attributes?.find((entry) => entry.id === id);
    return `${spec?.name ?? id}: ${answer(value, spec)}`;
  });
  return told.length ? <Text size="sm">{told.join(', ')}</Text> : '—';
}

function answer(value: AttributeValue, spec: AttributeSpec | undefined): string {
  const named = (id: string) => spec?.options?.find((option) => option.id === id)?.name ?? id;
  if (Array.isArray(value)) return value.map(named).join(' + ');
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  return typeof value === 'string' ? named(value) : String(value);
}

function maker(evidence: Evidence, names: Map<string, string>): React.ReactNode {
  const author = evidence.author ?? '';
  const who = names.get(author) ?? (author.includes(':') ? author.replace(/^(model|import):/, '') : author ? t('A member') : '—');
  const similarity = evidence.similarity;
  return (
    <>
      {who}
      {evidence.prediction && (
        <Text size="xs" c="dimmed">
          {similarity == null
            ? t('from a prediction')
            : similarity > 0.9995
              ? t('prediction kept as it was')
              : t('prediction edited, IoU {{iou}}', { iou: similarity.toFixed(2) })}
        </Text>
      )}
    </>
  );
}

function checked(evidence: Evidence, names: Map<string, string>): string {
  if (!evidence.verdict) return '—';
  const by = names.get(evidence.reviewer ?? '');
  const verdict = VERDICT_WORDS[evidence.verdict] ?? evidence.verdict;
  return by ? t('{{verdict}} by {{name}}', { verdict, name: by }) : verdict;
}
