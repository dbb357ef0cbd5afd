import { Text } from '@mantine/core';

import { Page } from '../ui/page';

export default function Shortcuts() {
  return (
    <Page title="Keyboard shortcuts">
      <Text c="dimmed">…</Text>
    </Page>
  );
}
