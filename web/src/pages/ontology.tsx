/** What can be said about an item: categories in their order, as an editor and as YAML. */
import { Group, Paper, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../language/language';
import { ontology as ontologyQuery } from '../queries';
import { Editor } from '../ui/ontology/editor';
import { Versions } from '../ui/ontology/versions';
import { YamlView } from '../ui/ontology/yaml-view';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer } from '../ui/state';
import { atLeast } from '../ui/words';

export default function Ontology() {
  const { project } = useProject();
  const [look, setLook] = useState('editor');
  const view = useQuery(ontologyQuery(project.id));
  const mayChange = atLeast(project.role, 'manager');
  return (
    <Page
      title={t('Ontology')}
      order={2}
      about={t('What can be said about an item. The order of the categories is the class order of every export.')}
      actions={
        <Group gap="sm">
          <SegmentedControl
            aria-label={t('How to see the ontology')}
            value={look}
            onChange={setLook}
            data={[
              { value: 'editor', label: t('Editor') },
              { value: 'yaml', label: 'YAML' },
              { value: 'versions', label: t('Versions') },
            ]}
          />
        </Group>
      }
    >
      <Answer of={view}>
        {(data) => (
          <>
            {look === 'editor' && (
              <Editor key={data.version} project={project.id} view={data} mayChange={mayChange} />
            )}
            {look === 'yaml' && <YamlView project={project.id} view={data} mayChange={mayChange} />}
            {look === 'versions' && (
              <Paper p={0}>
                <Versions project={project.id} view={data} mayChange={mayChange} />
              </Paper>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}
