/** Bringing in items and labels, and the imports so far. */
import { Paper, Stack, Tabs } from '@mantine/core';
import { IconPhoto, IconShape } from '@tabler/icons-react';

import { t } from '../language/language';
import { ImportList } from '../ui/import/import-list';
import { ItemImport } from '../ui/import/item-import';
import { LabelImport } from '../ui/import/label-import';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';

export default function Import() {
  const { project } = useProject();
  return (
    <Page title={t('Import')} order={2}>
      <Stack gap="lg">
        <Paper p="lg">
          <Tabs defaultValue="items" keepMounted>
            <Tabs.List mb="lg">
              <Tabs.Tab value="items" leftSection={<IconPhoto size={16} />}>
                {t('Items')}
              </Tabs.Tab>
              <Tabs.Tab value="labels" leftSection={<IconShape size={16} />}>
                {t('Labels of other tools')}
              </Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="items">
              <ItemImport project={project.id} />
            </Tabs.Panel>
            <Tabs.Panel value="labels">
              <LabelImport project={project.id} />
            </Tabs.Panel>
          </Tabs>
        </Paper>
        <ImportList project={project.id} />
      </Stack>
    </Page>
  );
}
