/** The items behind a number, as pictures that lead to them. */
import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'react-router';

import { t } from '../../language/language';
import { writeFilter } from '../explore/filter';
import type { ItemFilter } from '../explore/wire';
import { Thumbnail } from '../item-picture';
import { projectPath, studioPath } from '../places';
import { StateBadge } from '../state-bar';
import { share } from './figures';
import classes from './quality.module.css';

export interface Shown {
  item: string;
  name: string;
  agreement?: number | null;
  confused?: number;
  state?: string;
}

/** The dataset page with a filter. */
export function exploring(project: string, filter: ItemFilter): string {
  const text = writeFilter(filter);
  return projectPath(project, 'explore') + (text ? `?filter=${encodeURIComponent(text)}` : '');
}

export function Pictures({ items, project }: { items: Shown[]; project?: string }) {
  return (
    <div className={classes.pictures} data-testid="behind">
      {items.map((one) => (
        <div key={one.item} className={classes.picture}>
          <Link to={`/items/${one.item}`} style={{ color: 'inherit', textDecoration: 'none' }} title={one.name}>
            <div className={classes.frame}>
              <Thumbnail id={one.item} name={one.name} />
            </div>
            <Text size="xs" px={8} pt={6} className="lw-clip">
              {one.name}
            </Text>
          </Link>
          <Group gap={6} px={8} pb={6} pt={2} justify="space-between">
            {one.agreement !== undefined && (
              <Text size="xs" c="dimmed">
                {one.agreement === null ? t('not measured') : t('{{share}} agree', { share: share(one.agreement) })}
              </Text>
            )}
            {one.confused ? (
              <Text size="xs" c="dimmed">
                {t('{{count}} times confused', { count: one.confused })}
              </Text>
            ) : null}
            {one.state === 'adjudicate' && project ? (
              <Anchor component={Link} size="xs" to={studioPath(project, 'adjudicate')}>
                {t('Decide')}
              </Anchor>
            ) : (
              one.state && <StateBadge state={one.state as never} />
            )}
          </Group>
        </div>
      ))}
    </div>
  );
}
