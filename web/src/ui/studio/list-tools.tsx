/** Above the list: search, filter, order, and what can be done with all that is selected. */
import { ActionIcon, Button, Checkbox, Chip, CloseButton, Group, Indicator, Menu, Popover, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconArrowsSort, IconCheck, IconEye, IconFilter, IconFocusCentered, IconLock, IconObjectScan, IconSearch, IconStack2 } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

import { ACTIONS, type Studio } from '../../editor/actions';
import { kindOf, narrows, type Query, type Sort, SORTS, verdictOf } from '../../editor/listing';
import { spoken, t } from '../../language/language';
import { count } from '../words';
import type { Desk } from './desk';
import { KIND_WORDS } from './kind-icons';
import classes from './list.module.css';
import { keyHint } from './own-keys';

const SORT_WORDS: Record<Sort, string> = spoken({
  drawn: 'As drawn',
  category: 'Category',
  size: 'Size, largest first',
  score: 'Score, most doubtful first',
  verdict: 'Verdict, to be corrected first',
  problem: 'Problems first',
});

const VERDICTS: Record<string, string> = spoken<string>({
  none: 'Not judged',
  accepted: 'Accepted',
  returned: 'To correct',
  amended: 'Amended',
});

interface Props {
  desk: Desk;
  studio: Studio;
  /** The arrow down leads from the search into the list. */
  onDown: () => void;
}

export function ListTools({ desk, studio, onDown }: Props) {
  const { listing } = desk.flow;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (desk.flow.takeSearch()) input.current?.select();
  });
  return (
    <>
      <div className={classes.tools}>
        <TextInput
          ref={input}
          size="xs"
          className={classes.search}
          leftSection={<IconSearch size={14} />}
          rightSection={listing.query.words && <CloseButton size="xs" aria-label={t('Clear the search')} onClick={() => listing.ask({ words: '' })} />}
          placeholder={t('Search') + keyHint('select.search')}
          aria-label={t('Search the annotations')}
          data-testid="list-search"
          value={listing.query.words}
          onChange={(event) => listing.ask({ words: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            onDown();
          }}
        />
        <Filter desk={desk} />
        <Order desk={desk} />
      </div>
      <Status desk={desk} studio={studio} />
    </>
  );
}

function Filter({ desk }: { desk: Desk }) {
  const isOn = narrows({ ...desk.flow.listing.query, words: '' });
  return (
    <Popover position="bottom-end" width={300} withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Indicator disabled={!isOn} size={8} offset={4}>
          <ActionIcon size={30} variant="subtle" color="gray" aria-label={isOn ? t('Filter: some are left out') : t('Filter')} title={t('Filter')} data-testid="list-filter">
            <IconFilter size={17} />
          </ActionIcon>
        </Indicator>
      </Popover.Target>
      <Popover.Dropdown>
        <Choosing desk={desk} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** What can be filtered by, worked out only while it is looked at. */
function Choosing({ desk: { editor, flow, isReview } }: { desk: Desk }) {
  const { listing } = flow;
  const { query } = listing;
  const all = editor.store.all();
  const kinds = [...new Set(all.map(kindOf))];
  const verdicts = [...new Set(all.map(verdictOf))];
  const used = new Set(all.map(({ category }) => category));
  const categories = (editor.ontology.categories ?? []).filter(({ id }) => used.has(id));
  const set = (name: 'kinds' | 'categories' | 'verdicts') => (values: string[]) => listing.ask({ [name]: new Set(values) });
  return (
    <Stack gap="sm" mah={420} style={{ overflowY: 'auto' }}>
      <Choices title={t('Kind')} values={query.kinds} options={kinds.map((kind) => [kind, KIND_WORDS[kind] ?? kind])} onChange={set('kinds')} />
      <Choices title={t('Category')} values={query.categories} options={categories.map(({ id, name }) => [id, name])} onChange={set('categories')} />
      {(isReview || verdicts.length > 1) && (
        <Choices title={t('Verdict')} values={query.verdicts} options={Object.entries(VERDICTS)} onChange={set('verdicts')} />
      )}
      <Choices
        title={t('How it was made')}
        values={new Set(query.origin ? [query.origin] : [])}
        options={[
          ['hand', t('By hand')],
          ['model', t('Accepted from a model')],
        ]}
        onChange={(values) => listing.ask({ origin: (values.find((value) => value !== query.origin) ?? null) as Query['origin'] })}
      />
      <Checkbox size="xs" label={t('Only those with a problem')} checked={query.problems} onChange={(event) => listing.ask({ problems: event.currentTarget.checked })} />
      <Button size="compact-xs" variant="default" disabled={!narrows(query)} onClick={() => listing.clear()}>
        {t('Show all')}
      </Button>
    </Stack>
  );
}

interface ChoicesProps {
  title: string;
  values: ReadonlySet<string>;
  options: [string, string][];
  onChange: (values: string[]) => void;
}

function Choices({ title, values, options, onChange }: ChoicesProps) {
  if (options.length < 2) return null;
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {title}
      </Text>
      <Chip.Group multiple value={[...values]} onChange={onChange}>
        <Group gap={5}>
          {options.map(([value, name]) => (
            <Chip key={value} value={value} size="xs" radius="sm">
              {name}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </div>
  );
}

function Order({ desk: { flow } }: { desk: Desk }) {
  const { query } = flow.listing;
  return (
    <Menu position="bottom-end" withArrow shadow="md">
      <Menu.Target>
        <ActionIcon size={30} variant="subtle" color={query.sort === 'drawn' && !query.reversed ? 'gray' : 'pine'} aria-label={t('Order: {{order}}', { order: SORT_WORDS[query.sort] })} title={t('Order')} data-testid="list-order">
          <IconArrowsSort size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SORTS.map((sort) => (
          <Menu.Item key={sort} leftSection={<IconCheck size={14} opacity={query.sort === sort ? 1 : 0} />} onClick={() => flow.listing.ask({ sort })}>
            {SORT_WORDS[sort]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconCheck size={14} opacity={query.reversed ? 1 : 0} />} onClick={() => flow.listing.ask({ reversed: !query.reversed })}>
          {t('The other way round')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** How many there are; while several are selected, what can be done with all of them. */
function Status({ desk, studio }: { desk: Desk; studio: Studio }) {
  const { editor, flow } = desk;
  const number = flow.listing.ordered().length;
  const chosen = editor.selection.ids.size;
  const isNarrow = narrows(flow.listing.query);
  const words = isNarrow ? t('{{done}} of {{total}}', { done: number, total: editor.store.size }) : count(number, 'annotation');
  if (chosen < 2) {
    return (
      <div className={classes.status} data-testid="list-status">
        <span>{words}</span>
        {number > 1 && (
          <Button size="compact-xs" variant="subtle" onClick={() => flow.selectListed()}>
            {isNarrow ? t('Select these') : t('Select all')}
          </Button>
        )}
      </div>
    );
  }
  return (
    <div className={classes.status} data-testid="list-status">
      <span>{t('{{number}} selected', { number: chosen })}</span>
      <Act id="view.hide" studio={studio} icon={<IconEye size={15} />} />
      <Act id="view.lock" studio={studio} icon={<IconLock size={15} />} />
      <Act id="view.isolate" studio={studio} icon={<IconObjectScan size={15} />} />
      <Act id="view.selection" studio={studio} icon={<IconFocusCentered size={15} />} />
      <Act id="shape.group" studio={studio} icon={<IconStack2 size={15} />} />
      <More studio={studio} />
    </div>
  );
}

function More({ studio }: { studio: Studio }) {
  const ids = ['select.category', 'select.kind', 'select.seen', 'select.listed', 'shape.ungroup'];
  return (
    <Menu position="bottom-end" withArrow shadow="md">
      <Menu.Target>
        <Button size="compact-xs" variant="subtle" color="gray">
          {t('More')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ids.flatMap((id) => {
          const action = ACTIONS.find((entry) => entry.id === id);
          if (!action || action.enabled?.(studio) === false) return [];
          return [
            <Menu.Item key={id} onClick={() => action.run(studio)}>
              {t(action.title)}
              {keyHint(id)}
            </Menu.Item>,
          ];
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function Act({ id, studio, icon }: { id: string; studio: Studio; icon: React.ReactNode }) {
  const action = ACTIONS.find((entry) => entry.id === id);
  if (!action || action.enabled?.(studio) === false) return null;
  const label = t(action.title) + keyHint(id);
  return (
    <Tooltip label={label}>
      <ActionIcon size={24} variant="subtle" color="gray" aria-label={label} data-testid={`bulk-${id}`} onClick={() => action.run(studio)}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
