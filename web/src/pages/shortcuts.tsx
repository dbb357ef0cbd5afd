/** The keys of the studio, from the same table that the keyboard reads. */
import { Text } from '@mantine/core';

import { ACTIONS } from '../editor/actions';
import { t } from '../language/language';
import { Page } from '../ui/page';
import { useMe } from '../ui/guard';
import { KeyTable } from '../ui/studio/key-table';
import { useOwnKeys } from '../ui/studio/own-keys';

export default function Shortcuts() {
  useOwnKeys(useMe().id);
  return (
    <Page title={t('Keyboard shortcuts')} about={t('Everything in the studio can be done by keyboard.')}>
      <Text size="sm" c="dimmed" mb="lg">
        {t('Categories have the keys of their project’s ontology, and 1 to 9 in their order. On a Mac, Ctrl is the command key.')}
      </Text>
      <KeyTable actions={ACTIONS} />
    </Page>
  );
}
