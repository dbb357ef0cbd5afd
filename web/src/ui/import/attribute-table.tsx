/** The attributes of a file, with the values seen, and what becomes of each. */
import { Group, Select, Table, Text, TextInput } from '@mantine/core';

import { t } from '../../language/language';
import type { Category } from '../../wire';
import { ATTRIBUTE_WORDS, number } from '../words';
import { asValue, type AttributeChoice, attributeChoice, type FileAttribute, type Mapping } from './mapping';

const MOST_ROWS = 200;

interface Props {
  attributes: FileAttribute[];
  mapping: Mapping;
  categories: Category[];
  onChange: (mapping: Mapping) => void;
}

export function AttributeTable({ attributes, mapping, categories, onChange }: Props) {
  const names = [...new Set(categories.flatMap((category) => (category.attributes ?? []).map(({ name }) => name)))];
  const choose = (name: string, choice: AttributeChoice) =>
    onChange({ ...mapping, attributes: { ...mapping.attributes, [name]: choice } });
  return (
    <>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing={6} horizontalSpacing="sm" fz="sm" aria-label={t('Attributes of the file')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="24%">{t('In the file')}</Table.Th>
              <Table.Th>{t('Values')}</Table.Th>
              <Table.Th ta="right">{t('Annotations')}</Table.Th>
              <Table.Th w="38%">{t('Becomes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {attributes.slice(0, MOST_ROWS).map((found) => (
              <Row
                key={found.name}
                found={found}
                names={names}
                choice={mapping.attributes[found.name]}
                onChoose={(choice) => choose(found.name, choice)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {attributes.length > MOST_ROWS && (
        <Text size="sm" c="dimmed">
          {t('and {{count}} more', { count: attributes.length - MOST_ROWS })}
        </Text>
      )}
    </>
  );
}

interface RowProps {
  found: FileAttribute;
  names: string[];
  choice: AttributeChoice | undefined;
  onChoose: (choice: AttributeChoice) => void;
}

function Row({ found, names, choice, onChoose }: RowProps) {
  const isOut = !choice || choice.do === 'ignore';
  // A thing of its own on every annotation is nothing to choose from.
  const kinds = Object.entries(ATTRIBUTE_WORDS).filter(([kind]) => !(found.more_values && kind.startsWith('choice')));
  const data = [
    {
      group: t('A new attribute'),
      items: kinds.map(([kind, word]) => ({ value: `create:${kind}`, label: t('Create: {{kind}}', { kind: word }) })),
    },
    { group: t('None'), items: [{ value: 'ignore', label: t('Leave it out') }] },
    { group: t('Attributes of the project'), items: names.map((name) => ({ value: `to:${name}`, label: name })) },
  ];
  return (
    <Table.Tr>
      <Table.Td className="lw-break" c={isOut ? 'dimmed' : undefined}>
        <Text size="sm" lineClamp={2} title={found.name}>
          {found.name}
        </Text>
      </Table.Td>
      <Table.Td c="dimmed" className="lw-break">
        <Text size="sm" lineClamp={2} title={found.values.join(', ')}>
          {found.values.join(', ')}
          {(found.more_values || found.distinct > found.values.length) && ', …'}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{number(found.annotations)}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Select
            size="xs"
            flex={1}
            searchable
            allowDeselect={false}
            aria-label={t('What the attribute “{{name}}” becomes', { name: found.name })}
            data={data}
            value={asValue(choice)}
            onChange={(value) => value && onChoose(attributeChoice(value))}
          />
          {choice?.do === 'create' && (
            <TextInput
              size="xs"
              flex={1}
              aria-label={t('Name of the new attribute for “{{name}}”', { name: found.name })}
              placeholder={found.name}
              value={choice.name ?? ''}
              onChange={(event) => onChoose({ ...choice, name: event.currentTarget.value || null })}
            />
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
