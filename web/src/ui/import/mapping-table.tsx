/** The words of a file on the left, and what becomes of each on the right. */
import {
  Badge, Button, ColorInput, FileButton, Group, Pagination, Select, Stack, Table, Text, TextInput,
} from '@mantine/core';
import { IconDownload, IconSearch, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';

import { counted, t } from '../../language/language';

import type { Category } from '../../wire';
import { tellRefused } from '../notify';
import { PALETTE } from '../ontology/edit';
import { number, SHAPE_WORDS } from '../words';
import {
  asValue, type CategoryChoice, categoryChoice, destination, type FileCategory, type Found, laidOver, type Mapping,
  meetings,
} from './mapping';
import { saveFile } from './save-file';

const ROWS = 50;

interface Props {
  found: Found;
  format: string;
  mapping: Mapping;
  categories: Category[];
  onChange: (mapping: Mapping) => void;
}

export function MappingTable({ found, format, mapping, categories, onChange }: Props) {
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const words = found.file_categories.filter(({ name }) => name.toLocaleLowerCase().includes(search.toLocaleLowerCase()));
  const shown = words.slice((page - 1) * ROWS, page * ROWS);
  const options = useMemo(() => optionsOf(categories), [categories]);
  const met = meetings(mapping, categories);
  const choose = (name: string, choice: CategoryChoice) =>
    onChange({ ...mapping, categories: { ...mapping.categories, [name]: choice } });
  const chooseForAll = (choice: CategoryChoice) => {
    const rest = words.filter(({ name, goes_to }) => !goes_to && mapping.categories[name]?.do !== 'map');
    const changed = Object.fromEntries(rest.map(({ name }) => [name, choice]));
    onChange({ ...mapping, categories: { ...mapping.categories, ...changed } });
  };
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <TextInput
          w={260}
          size="xs"
          aria-label={t('Search the categories of the file')}
          placeholder={t('Search the categories of the file')}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setPage(1);
          }}
        />
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => chooseForAll({ do: 'create' })}>
            {t('Create the rest')}
          </Button>
          <Button size="xs" variant="default" onClick={() => chooseForAll({ do: 'ignore' })}>
            {t('Leave out the rest')}
          </Button>
          <MappingFile format={format} mapping={mapping} onChange={onChange} />
        </Group>
      </Group>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing={6} horizontalSpacing="sm" fz="sm" aria-label={t('Categories of the file')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="34%">{t('In the file')}</Table.Th>
              <Table.Th ta="right">{t('Annotations')}</Table.Th>
              <Table.Th>{t('Shapes')}</Table.Th>
              <Table.Th w="44%">{t('Becomes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((word) => (
              <Row
                key={word.name}
                word={word}
                choice={mapping.categories[word.name]}
                options={options}
                met={met.get(destination(word.name, mapping.categories[word.name], categories) ?? '') ?? 0}
                onChoose={(choice) => choose(word.name, choice)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {words.length > ROWS && (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {counted(words.length, 'category', 'categories')}
          </Text>
          <Pagination size="sm" total={Math.ceil(words.length / ROWS)} value={page} onChange={setPage} />
        </Group>
      )}
      {words.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('No category of the file is called so.')}
        </Text>
      )}
    </Stack>
  );
}

function optionsOf(categories: Category[]) {
  return [
    {
      group: t('Not one of the project’s'),
      items: [
        { value: 'create', label: t('Create a new category') },
        { value: 'ignore', label: t('Leave it out') },
      ],
    },
    { group: t('Categories of the project'), items: categories.map(({ id, name }) => ({ value: `to:${id}`, label: name })) },
  ];
}

interface RowProps {
  word: FileCategory;
  choice: CategoryChoice | undefined;
  options: ReturnType<typeof optionsOf>;
  met: number;
  onChoose: (choice: CategoryChoice) => void;
}

function Row({ word, choice, options, met, onChoose }: RowProps) {
  const isOut = !choice || choice.do === 'ignore';
  return (
    <Table.Tr>
      <Table.Td className="lw-break" c={isOut ? 'dimmed' : undefined} maw={420}>
        <Text size="sm" lineClamp={2} title={word.name} span={false}>
          {word.name}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{number(word.annotations)}</Table.Td>
      <Table.Td c="dimmed">{word.shapes.map((kind) => SHAPE_WORDS[kind] ?? kind).join(', ')}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Select
            size="xs"
            flex={1}
            miw={180}
            searchable
            allowDeselect={false}
            aria-label={t('What “{{name}}” becomes', { name: word.name })}
            data={options}
            value={asValue(choice)}
            maxDropdownHeight={320}
            onChange={(value) => value && onChoose(categoryChoice(value))}
          />
          {choice?.do === 'create' && <NewCategory word={word.name} choice={choice} onChoose={onChoose} />}
          {choice?.do === 'map' && word.similar && choice.to === word.suggestion && (
            <Badge size="sm" variant="light" color="orange" tt="none" miw="max-content">
              {t('similar, look at it')}
            </Badge>
          )}
          {met > 1 && (
            <Badge size="sm" variant="light" color="blue" tt="none" miw="max-content">
              {t('{{count}} become one', { count: met })}
            </Badge>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

interface NewProps {
  word: string;
  choice: Extract<CategoryChoice, { do: 'create' }>;
  onChoose: (choice: CategoryChoice) => void;
}

function NewCategory({ word, choice, onChoose }: NewProps) {
  return (
    <>
      <TextInput
        size="xs"
        flex={1}
        miw={120}
        aria-label={t('Name of the new category for “{{name}}”', { name: word })}
        placeholder={word}
        value={choice.name ?? ''}
        onChange={(event) => onChoose({ ...choice, name: event.currentTarget.value || null })}
      />
      <ColorInput
        size="xs"
        w={112}
        format="hex"
        swatches={PALETTE}
        aria-label={t('Color of the new category for “{{name}}”', { name: word })}
        placeholder={t('Color')}
        value={choice.color ?? ''}
        onChange={(color) => onChoose({ ...choice, color: /^#[0-9a-f]{6}$/i.test(color) ? color : null })}
      />
    </>
  );
}

function MappingFile({ format, mapping, onChange }: Pick<Props, 'format' | 'mapping' | 'onChange'>) {
  const load = (file: File | null) => {
    if (!file) return;
    void file
      .text()
      .then((text) => onChange(laidOver(mapping, text)))
      .catch(() => tellRefused(t('This is no mapping.'), t('Choose a JSON file that was saved here, or by the command line.')));
  };
  return (
    <>
      <FileButton accept="application/json,.json" onChange={load}>
        {(props) => (
          <Button size="xs" variant="default" leftSection={<IconUpload size={14} />} {...props}>
            {t('Load a mapping')}
          </Button>
        )}
      </FileButton>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} />}
        onClick={() => saveFile(`mapping-${format}.json`, JSON.stringify(mapping, null, 2), 'application/json')}
      >
        {t('Save the mapping')}
      </Button>
    </>
  );
}
