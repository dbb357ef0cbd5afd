/** The dataset: every item of a project as a gallery or a table, filtered, and acted on by the many. */
import { Button, Checkbox, Group, Loader, Select, SegmentedControl, Slider, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback, useLocalStorage } from '@mantine/hooks';
import { IconFilterOff, IconPhotoPlus, IconSearch, IconSortAscending, IconSortDescending } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';

import { t } from '../language/language';
import { ontology as ontologyQuery, projectMembers } from '../queries';
import { Acts } from '../ui/explore/acts';
import { Chips } from '../ui/explore/chips';
import classes from '../ui/explore/explore.module.css';
import { FacetPanel } from '../ui/explore/facet-panel';
import { writeFilter } from '../ui/explore/filter';
import { Gallery } from '../ui/explore/gallery';
import { ItemPanel } from '../ui/explore/panel';
import { countChosen, toSelection, useSelection } from '../ui/explore/selection';
import { useAddress, useItemsInSight } from '../ui/explore/use-explore';
import { Views } from '../ui/explore/views';
import type { Order } from '../ui/explore/wire';
import { Page } from '../ui/page';
import { projectPath } from '../ui/places';
import { useProject } from '../ui/project';
import { Empty, Failure, Loading } from '../ui/state';
import { atLeast, count } from '../ui/words';
import type { Category } from '../wire';

const NO_CATEGORIES: ReadonlyMap<string, Category> = new Map();

export default function Explore() {
  const { project } = useProject();
  const { filter, order, look, open, set, setFilter, setOrder } = useAddress();
  const [side, setSide] = useLocalStorage({ key: 'explore.side', defaultValue: 190 });
  const [drawn, setDrawn] = useLocalStorage({ key: 'explore.drawn', defaultValue: true });
  const isReviewer = atLeast(project.role, 'reviewer');
  const { data: ontology } = useQuery(ontologyQuery(project.id));
  const categories = useMemo(
    () => new Map((ontology?.ontology.categories ?? []).map((entry) => [entry.id, entry])),
    [ontology],
  );
  const { data: people = [] } = useQuery({ ...projectMembers(project.id), enabled: isReviewer });
  const names = useMemo(() => new Map(people.map(({ id, name }) => [id, name])), [people]);
  const [place, setPlace] = useState<number | null>(null);
  const { at, total, error, isPending, isFetching, refetch } = useItemsInSight(project.id, filter, order, place ?? 0, (place ?? 0) + 1);
  const { chosen, toggle, add, all, none } = useSelection();
  const asked = writeFilter(filter);
  useEffect(none, [asked, none]);
  const selection = useMemo(() => toSelection(chosen, filter), [chosen, filter]);
  const show = (index: number) => {
    const item = at(index);
    setPlace(index);
    if (item) set({ item: item.id }, open !== null);
  };
  const next = place === null ? undefined : at(place);
  const step = (by: number) => {
    if (place !== null && total) show(Math.max(0, Math.min(total - 1, place + by)));
  };
  // A place whose part was not there yet is shown once it is.
  useEffect(() => {
    if (open && next && next.id !== open) set({ item: next.id }, true);
  }, [open, next, set]);
  return (
    <Page
      title={t('Explore')}
      order={2}
      actions={
        <Group gap="sm">
          <Text size="sm" c="dimmed" aria-live="polite" data-testid="total">
            {total !== undefined && count(total, 'item')}
          </Text>
          {isFetching && <Loader size={14} aria-label={t('Loading')} />}
          <Views
            project={project}
            filter={filter}
            order={order}
            onOpen={({ looked }) => {
              const { by, descending, category } = looked.order;
              set({
                filter: writeFilter(looked.filter),
                sort: by === 'position' ? null : by,
                descending: descending ? '1' : null,
                sort_category: category ?? null,
              });
            }}
          />
        </Group>
      }
    >
      <div className={classes.page}>
        <FacetPanel project={project.id} role={project.role ?? 'annotator'} filter={filter} categories={categories} onFilter={setFilter} />
        <div className={classes.main}>
          <Group gap="sm">
            <Search text={filter.text ?? ''} onText={(text) => setFilter({ ...filter, text }, true)} />
            <Sorting order={order} categories={isReviewer ? categories : NO_CATEGORIES} onOrder={setOrder} />
            {look === 'grid' && (
              <Slider w={110} size="sm" min={110} max={380} step={10} label={null} value={side} onChange={setSide} thumbLabel={t('Size of the pictures')} />
            )}
            {isReviewer && look === 'grid' && (
              <Checkbox size="sm" label={t('Draw annotations')} checked={drawn} onChange={(event) => setDrawn(event.currentTarget.checked)} />
            )}
            <SegmentedControl
              ml="auto"
              size="xs"
              aria-label={t('How to show the items')}
              value={look}
              onChange={(value) => set({ look: value === 'table' ? 'table' : null }, true)}
              data={[
                { value: 'grid', label: t('Grid') },
                { value: 'table', label: t('Table') },
              ]}
            />
          </Group>
          <Chips filter={filter} names={names} categories={categories} onFilter={setFilter} />
          <Acts
            project={project}
            selection={selection}
            chosen={countChosen(chosen, total ?? 0)}
            total={total ?? 0}
            everything={chosen.everything && chosen.ids.size === 0}
            onAll={all}
            onNone={none}
          />
          {error && <Failure error={error} onRetry={refetch} />}
          {isPending && <Loading rows={5} height={90} />}
          {total === 0 && <Nothing isFiltered={asked !== ''} clear={() => setFilter({})} />}
          {total !== undefined && total > 0 && (
            <Gallery
              key={`${asked} ${order.by} ${order.descending} ${order.category ?? ''}`}
              project={project.id}
              filter={filter}
              order={order}
              look={look}
              side={side}
              drawn={drawn && isReviewer && look === 'grid'}
              total={total}
              chosen={chosen}
              categories={categories}
              onToggle={toggle}
              onAdd={add}
              onAll={all}
              onNone={none}
              onOpen={(item, index) => {
                setPlace(index);
                set({ item: item.id });
              }}
            />
          )}
        </div>
      </div>
      {open && (
        <ItemPanel
          id={open}
          project={project}
          categories={categories}
          tags={next?.id === open ? next.tags : undefined}
          onStep={place === null ? null : step}
          onClose={() => {
            setPlace(null);
            set({ item: null }, true);
          }}
        />
      )}
    </Page>
  );
}

function Search({ text, onText }: { text: string; onText: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const sent = useRef(text);
  useEffect(() => {
    if (text !== sent.current) setTyped(text);
    sent.current = text;
  }, [text]);
  const send = useDebouncedCallback((value: string) => {
    sent.current = value.trim();
    onText(sent.current);
  }, 300);
  return (
    <TextInput
      w={245}
      aria-label={t('Search in names, client ids and comments')}
      placeholder={t('Name, client id or comment')}
      leftSection={<IconSearch size={15} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}

interface SortingProps {
  order: Order;
  categories: ReadonlyMap<string, Category>;
  onOrder: (order: Order) => void;
}

function Sorting({ order, categories, onOrder }: SortingProps) {
  const plain = [
    { value: 'position', label: t('Order of import') },
    { value: 'name', label: t('Name') },
    { value: 'annotations', label: t('Number of annotations') },
    { value: 'size', label: t('Size in pixels') },
    { value: 'bytes', label: t('File size') },
    { value: 'updated', label: t('Last change') },
  ];
  const counted = [...categories.values()].map(({ id, name }) => ({ value: `category:${id}`, label: t('Number of {{name}}', { name }) }));
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        w={180}
        aria-label={t('Order')}
        searchable={counted.length > 6}
        allowDeselect={false}
        data={[{ group: t('Item'), items: plain }, ...(counted.length ? [{ group: t('Category'), items: counted }] : [])]}
        value={order.by === 'category' ? `category:${order.category ?? ''}` : order.by}
        onChange={(value) => {
          const [by = 'position', ...rest] = (value ?? 'position').split(':');
          const category = rest.join(':');
          const descending = by === 'annotations' || by === 'category' || by === 'updated';
          onOrder({ by, descending, ...(by === 'category' ? { category } : {}) });
        }}
      />
      <Tooltip label={order.descending ? t('Largest first') : t('Smallest first')}>
        <Button variant="default" px={8} aria-label={order.descending ? t('Largest first') : t('Smallest first')} onClick={() => onOrder({ ...order, descending: !order.descending })}>
          {order.descending ? <IconSortDescending size={16} /> : <IconSortAscending size={16} />}
        </Button>
      </Tooltip>
    </Group>
  );
}

function Nothing({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  const { project } = useProject();
  if (isFiltered) {
    return (
      <Empty
        icon={<IconFilterOff />}
        title={t('No item fits')}
        action={
          <Button variant="default" onClick={clear}>
            {t('Show all items')}
          </Button>
        }
      >
        {t('Loosen the filters above to see more.')}
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconPhotoPlus />}
      title={t('No items yet')}
      action={
        atLeast(project.role, 'manager') && (
          <Button component={Link} to={projectPath(project.id, 'import')}>
            {t('Import images')}
          </Button>
        )
      }
    >
      {t('Items are the images to label.')}
    </Empty>
  );
}
