/** What a person has to know: no connection, items that others took, verdicts that were not taken. */
import { Button, Text } from '@mantine/core';
import { IconAlertTriangle, IconCloudOff } from '@tabler/icons-react';

import { counted, t } from '../../language/language';
import type { Grid } from './use-grid';
import classes from './verify.module.css';

export function Troubles({ grid: { session, outbox } }: { grid: Grid }) {
  const [first, ...more] = session.troubles;
  return (
    <>
      {outbox.state === 'waiting' && (
        <div className={classes.note} data-tone="warning" role="alert" data-testid="offline">
          <IconCloudOff size={17} aria-hidden />
          <Text size="sm">
            {t('The server does not answer. {{verdicts}} kept in this browser and sent as soon as it does; go on.', {
              verdicts: counted(outbox.operations, 'verdict is', 'verdicts are'),
            })}
          </Text>
          {outbox.unkept && <Text size="sm">{t('The browser has no room: do not close this page.')}</Text>}
          <Button size="compact-sm" variant="default" onClick={() => outbox.nudge()}>
            {t('Try now')}
          </Button>
        </div>
      )}
      {session.failure !== null && session.page.length > 0 && (
        <div className={classes.note} data-tone="warning" role="alert">
          <Text size="sm">{t('The next page cannot be fetched.')}</Text>
          <Button size="compact-sm" variant="default" onClick={() => void session.fill()}>
            {t('Try again')}
          </Button>
        </div>
      )}
      {first && (
        <div className={classes.note} data-tone="warning" role="alert" data-testid="trouble">
          <IconAlertTriangle size={17} aria-hidden />
          <Text size="sm" style={{ flex: '1 1 300px' }}>
            {first.count > 0 && `${t('{{verdicts}} not taken.', { verdicts: counted(first.count, 'verdict was', 'verdicts were') })} `}
            {first.name}: {first.reason}
            {more.length > 0 && ` ${t('And {{others}} more.', { others: counted(more.length, 'item') })}`}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => session.calm()}>
            {t('Understood')}
          </Button>
        </div>
      )}
      {session.limited && (
        <div className={classes.note}>
          <Text size="sm">{t('More waits than one grid looks through: these are the first 20,000.')}</Text>
        </div>
      )}
    </>
  );
}
