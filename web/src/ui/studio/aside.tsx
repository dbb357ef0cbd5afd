/** The sign that some annotations are not shown, and the way to have them back. */
import { Button, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';

import { t } from '../../language/language';
import type { Desk } from './desk';
import { keyHint } from './own-keys';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export function Aside({ desk: { editor, flow } }: { desk: Desk }) {
  useSignal(editor.view.changed, editor.store.changed);
  const { aside } = editor.view;
  if (!aside) return null;
  const away = [...aside].filter((id) => editor.store.get(id)).length;
  return (
    <div className={classes.sign} role="status" data-testid="aside">
      <IconEyeOff size={15} />
      <Text size="sm" component="span">
        {t('{{count}} others are not shown', { count: away })}
      </Text>
      <Button size="compact-xs" variant="white" color="dark" onClick={() => flow.isolate()} data-testid="show-all">
        {t('Show all')}
        {keyHint('view.isolate')}
      </Button>
    </div>
  );
}
