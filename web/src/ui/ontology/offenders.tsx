/** The work that breaks label rules, item by item; what is not looked at yet is looked at when wanted. */
import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import { t } from '../../language/language';
import type { Offender, Offenders as OffendersPage } from '../../wire';
import { Failure, Loading } from '../state';

interface Props {
  /** What is asked about, as the key of the answer. */
  about: readonly unknown[];
  ask: (cursor: string | null) => Promise<OffendersPage>;
}

export function Offenders({ about, ask }: Props) {
  const pages = useInfiniteQuery({
    queryKey: ['offenders', ...about],
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    gcTime: 0,
    retry: false,
  });
  if (pages.error) return <Failure error={pages.error} />;
  if (!pages.data) return <Loading rows={2} height={20} />;
  const found = pages.data.pages.flatMap(({ items }) => items);
  const { looked_at, total } = pages.data.pages.at(-1)!;
  return (
    <Stack gap={6} py="xs" data-testid="offenders">
      <Text size="sm" fw={600}>
        {found.length === 0
          ? t('No work breaks it so far.')
          : t('{{count}} items break it', { count: found.length })}
        <Text span size="sm" c="dimmed" fw={400}>
          {' · '}
          {t('{{seen}} of {{total}} items with work looked at', { seen: looked_at, total })}
        </Text>
      </Text>
      <Stack gap={6} mah={280} style={{ overflowY: 'auto' }}>
        {found.map((offender) => (
          <Row key={offender.item} offender={offender} />
        ))}
      </Stack>
      {pages.hasNextPage && (
        <Group>
          <Button variant="default" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('Look further')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const SHOWN = 3; // broken places of one item

function Row({ offender: { item, item_name, broken, count } }: { offender: Offender }) {
  return (
    <div data-testid="offender">
      <Anchor component={Link} to={`/items/${item}`} target="_blank" size="sm">
        {item_name}
      </Anchor>
      {broken.slice(0, SHOWN).map(({ sentence }, index) => (
        <Text key={index} size="sm" c="dimmed" className="lw-break">
          {sentence}
        </Text>
      ))}
      {count > SHOWN && (
        <Text size="xs" c="dimmed">
          {t('and {{more}} more', { more: count - SHOWN })}
        </Text>
      )}
    </div>
  );
}
