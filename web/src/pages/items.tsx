/** The items of a project, found by state, name, category and likeness. */
import { Button, Loader, Text } from '@mantine/core';
import { IconFilterOff, IconPhotoPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Link } from 'react-router';

import { t } from '../language/language';
import { ontology as ontologyQuery, useItems } from '../queries';
import { Filters, useFilter } from '../ui/items/filters';
import { Listing } from '../ui/items/listing';
import { Page } from '../ui/page';
import { projectPath } from '../ui/places';
import { useProject } from '../ui/project';
import { Empty, Failure, Loading } from '../ui/state';
import { atLeast, count } from '../ui/words';

export default function Items() {
  const { project } = useProject();
  const { filter, look, set, isFiltered, clear } = useFilter();
  const { data: ontology } = useQuery(ontologyQuery(project.id));
  const { data, error, isPending, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useItems(
    project.id,
    filter,
  );
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const found = data?.pages[0]?.total;
  return (
    <Page
      title={t('Items')}
      order={2}
      actions={
        <Text size="sm" c="dimmed" aria-live="polite">
          {found !== undefined && count(found, 'item')}
        </Text>
      }
    >
      <Filters filter={filter} look={look} set={set} categories={ontology?.ontology.categories ?? []} />
      {isPending && <Loading rows={6} height={64} />}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data && items.length === 0 && <Nothing isFiltered={isFiltered} clear={clear} />}
      {items.length > 0 && (
        <Listing items={items} look={look} hasMore={hasNextPage && !isFetchingNextPage} onMore={more} />
      )}
      {isFetchingNextPage && <Loader type="dots" mx="auto" my="md" display="block" aria-label={t('Loading more')} />}
    </Page>
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
