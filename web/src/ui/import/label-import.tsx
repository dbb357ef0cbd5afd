/** Labels of other tools: where they are, and then their way in. */
import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { t } from '../../language/language';
import { DropArea } from './drop-area';
import { LabelFlow, type LabelPlace } from './label-flow';
import { useUpload } from './use-upload';

export function LabelImport({ project }: { project: string }) {
  const [way, setWay] = useState('here');
  const [source, setSource] = useState('');
  const [place, setPlace] = useState<LabelPlace | null>(null);
  const uploading = useUpload(project);
  const { upload, sum } = uploading;

  if (place) {
    return (
      <LabelFlow
        project={project}
        place={place}
        onBack={() => setPlace(null)}
        onDone={() => {
          uploading.forget();
          setPlace(null);
        }}
      />
    );
  }
  const isReady = way === 'here' ? Boolean(sum && !sum.isRunning && sum.sentFiles) : Boolean(source.trim());
  const next = () => setPlace(way === 'here' && upload ? { upload: upload.id } : { source: source.trim() });
  return (
    <Stack>
      <SegmentedControl
        w="fit-content"
        aria-label={t('Where the labels are')}
        data={[
          { value: 'here', label: t('On this computer') },
          { value: 'server', label: t('On the server') },
        ]}
        value={way}
        onChange={setWay}
      />
      {way === 'here' ? (
        <DropArea
          uploading={uploading}
          hint={t('JSON, XML, text, CSV, Parquet, TFRecord, label maps and more, as files, a folder or a zip')}
        />
      ) : (
        <TextInput
          label={t('Folder, file or zip on the server')}
          placeholder="/data/labels"
          maw={640}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
      )}
      <Group>
        <Button disabled={!isReady} onClick={next}>
          {t('Preview what will change')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('Labels find their item by its name. Nothing changes before you apply.')}
        </Text>
      </Group>
    </Stack>
  );
}
