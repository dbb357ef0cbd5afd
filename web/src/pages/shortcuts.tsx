/** The keys of the studio, from the same table that the keyboard reads. */
import { Text } from '@mantine/core';

import { ACTIONS } from '../editor/actions';
import { Page } from '../ui/page';
import { KeyTable } from '../ui/studio/dialogs';

export default function Shortcuts() {
  return (
    <Page title="Keyboard shortcuts" about="Everything in the studio can be done by keyboard.">
      <Text size="sm" c="dimmed" mb="lg">
        Categories have the keys of their project’s ontology, and 1 to 9 in their order. On a Mac, Ctrl is the command key.
      </Text>
      <KeyTable actions={ACTIONS} />
    </Page>
  );
}
