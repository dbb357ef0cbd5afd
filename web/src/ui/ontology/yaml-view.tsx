/** The ontology as YAML, the same content as the editor's: to copy, to keep in a file, to apply. */
import { Button, CopyButton, FileButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../../language/language';
import { ontologyYaml } from '../../queries';
import type { OntologyView } from '../../wire';
import { Answer } from '../state';
import { SaveDialog } from './save-dialog';

interface Props {
  project: string;
  view: OntologyView;
  mayChange: boolean;
}

export function YamlView(props: Props) {
  const yaml = useQuery({ ...ontologyYaml(props.project), staleTime: 0 });
  return <Answer of={yaml}>{(text) => <YamlEditor key={text} {...props} saved={text} />}</Answer>;
}

function YamlEditor({ project, view, mayChange, saved }: Props & { saved: string }) {
  const [text, setText] = useState(saved);
  const [isSaving, setSaving] = useState(false);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('A category keeps its annotations as long as its id stays. Without an id, it is found by its name.')}
        </Text>
        <Group gap="xs">
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t('Copied') : t('Copy')}
              </Button>
            )}
          </CopyButton>
          {mayChange && (
            <>
              <FileButton accept=".yaml,.yml" onChange={(file) => void file?.text().then(setText)}>
                {(props) => (
                  <Button {...props} variant="default">
                    {t('Read from a file…')}
                  </Button>
                )}
              </FileButton>
              <Button disabled={text === saved} onClick={() => setSaving(true)}>
                {t('Review and apply')}
              </Button>
            </>
          )}
        </Group>
      </Group>
      <Textarea
        aria-label={t('Ontology as YAML')}
        value={text}
        readOnly={!mayChange}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={16}
        maxRows={36}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: 1.5 } }}
      />
      {isSaving && (
        <SaveDialog project={project} view={view} sending={{ kind: 'yaml', text }} onClose={() => setSaving(false)} />
      )}
    </Stack>
  );
}
