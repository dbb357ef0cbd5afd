/** Images in: from this computer, or from a folder that the server sees. */
import { Alert, Button, Checkbox, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import { Failure } from '../state';
import { DropArea } from './drop-area';
import { LabelFlow } from './label-flow';
import { LabelsBeside, type Look, useLook } from './labels-beside';
import { ImportOutcome, useImport } from './outcome';
import { idOfImport, type Started } from './started';
import { useUpload } from './use-upload';

/** Labels that are files of their own; folders by class may just be folders. */
function hasLabelFiles(look: Look | null): boolean {
  return Boolean(look && look.label_files + look.label_pictures + look.archives > 0);
}

export function ItemImport({ project }: { project: string }) {
  const [way, setWay] = useState('here');
  const [source, setSource] = useState('');
  const [inPlace, setInPlace] = useState(false);
  const [wantsLabels, setWantsLabels] = useState<boolean | null>(null);
  const uploading = useUpload(project);
  const { upload, sum } = uploading;
  const isSent = Boolean(sum && !sum.isRunning && sum.sentFiles > 0);
  const look = useLook(project, way === 'here' && isSent ? (upload?.id ?? null) : null, sum?.sentFiles ?? 0);
  const withLabels = Boolean(look?.formats.length) && (wantsLabels ?? hasLabelFiles(look));
  const start = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      api.post<Started>(
        `/projects/${project}/imports`,
        way === 'here'
          ? { kind: 'items', upload: upload?.id, keep_upload: withLabels }
          : { kind: 'items', source: source.trim(), in_place: inPlace },
      ),
    onSuccess: () => {
      if (!withLabels) uploading.forget();
      void client.invalidateQueries({ queryKey: ['project', project, 'imports'] });
    },
  });
  const isReady = way === 'here' ? isSent : Boolean(source.trim());
  const again = () => {
    uploading.forget();
    setWantsLabels(null);
    start.reset();
  };
  const started = start.data && idOfImport(start.data);
  if (started) {
    return (
      <Stack>
        <ImportOutcome id={started} />
        {withLabels && upload && way === 'here' ? (
          <ThenLabels project={project} items={started} upload={upload.id} onDone={again} />
        ) : way === 'server' && wantsLabels ? (
          <LabelFlow project={project} place={{ source: source.trim() }} onBack={again} onDone={again} />
        ) : (
          <Group>
            {way === 'server' && (
              <Button onClick={() => setWantsLabels(true)}>{t('Bring in the labels that lie there, too')}</Button>
            )}
            <Button variant="default" onClick={again}>
              {t('Import more')}
            </Button>
          </Group>
        )}
      </Stack>
    );
  }
  return (
    <Stack>
      <SegmentedControl
        w="fit-content"
        aria-label={t('Where the images are')}
        value={way}
        onChange={setWay}
        data={[
          { value: 'here', label: t('On this computer') },
          { value: 'server', label: t('On the server') },
        ]}
      />
      {way === 'here' ? (
        <DropArea uploading={uploading} hint={t('JPEG, PNG, GIF, WebP, BMP, TIFF and AVIF, as many as you like')} />
      ) : (
        <Stack gap="sm" maw={640}>
          <TextInput
            label={t('Folder, file or zip on the server')}
            placeholder="/data/images"
            value={source}
            onChange={(event) => setSource(event.currentTarget.value)}
          />
          <Checkbox
            label={t('Leave the files where they are')}
            description={t('Nothing is copied. The items need the files to stay there, unchanged.')}
            checked={inPlace}
            onChange={(event) => setInPlace(event.currentTarget.checked)}
          />
        </Stack>
      )}
      {way === 'here' && look && <LabelsBeside look={look} checked={withLabels} onChange={setWantsLabels} />}
      {start.error && <Failure error={start.error} />}
      {sum && sum.failed > 0 && !sum.isRunning && way === 'here' && (
        <Alert color="orange" p="xs">
          {t('{{count}} files did not arrive and will be left out.', { count: sum.failed })}
        </Alert>
      )}
      <Group>
        <Button disabled={!isReady} loading={start.isPending} onClick={() => start.mutate()}>
          {way === 'here' && sum?.sentFiles ? t('Import {{count}} files', { count: sum.sentFiles }) : t('Import')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('A file that cannot be read is listed with its reason; the rest goes on.')}
        </Text>
      </Group>
    </Stack>
  );
}

interface ThenProps {
  project: string;
  items: string;
  upload: string;
  onDone: () => void;
}

/** The labels that lie beside the pictures, once those are in. */
function ThenLabels({ project, items, upload, onDone }: ThenProps) {
  const { data: made } = useImport(items);
  if (made?.state !== 'done') {
    return (
      <Text size="sm" c="dimmed">
        {t('The labels come next.')}
      </Text>
    );
  }
  return <LabelFlow project={project} place={{ upload }} onBack={onDone} onDone={onDone} />;
}
