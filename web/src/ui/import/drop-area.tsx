/** Where files, folders and zips are dropped or chosen, and how far their upload is. */
import { Button, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconCloudUpload } from '@tabler/icons-react';
import { useRef } from 'react';

import { t } from '../../language/language';
import { wordsOf } from '../notify';
import { bytes, percent } from '../words';
import { type Picked, picked } from './send-file';
import type { useUpload } from './use-upload';

interface Props {
  uploading: ReturnType<typeof useUpload>;
  hint: string;
}

const SHOWN_FAILURES = 5;

export function DropArea({ uploading, hint }: Props) {
  const { add } = uploading;
  const take = (files: File[]) => void add(files.map((file) => picked(file)).filter(isWanted));
  const open = useRef<() => void>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <Stack gap="sm">
      <Dropzone
        onDrop={take}
        openRef={open}
        activateOnClick={false}
        activateOnKeyboard={false}
        inputProps={{ 'aria-label': t('Choose files') }}
        tabIndex={-1}
        py={36}
      >
        <Stack align="center" gap="xs">
          <IconCloudUpload size={38} stroke={1.4} color="var(--lw-accent)" aria-hidden />
          <Text fw={600} fz="lg">
            {t('Drop files, folders or zips here')}
          </Text>
          <Text size="sm" c="dimmed" ta="center">
            {hint}
          </Text>
          <Group mt="xs" style={{ pointerEvents: 'all' }}>
            <Button variant="default" onClick={() => open.current?.()}>
              {t('Choose files')}
            </Button>
            <Button variant="default" onClick={() => folder.current?.click()}>
              {t('Choose a folder')}
            </Button>
          </Group>
        </Stack>
      </Dropzone>
      <VisuallyHidden>
        <input
          ref={(element) => {
            folder.current = element;
            element?.setAttribute('webkitdirectory', '');
          }}
          type="file"
          multiple
          tabIndex={-1}
          aria-label={t('Choose a folder')}
          onChange={(event) => {
            take([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </VisuallyHidden>
      <Underway uploading={uploading} />
    </Stack>
  );
}

/** What systems leave in folders is nobody's image. */
function isWanted({ name }: Picked): boolean {
  const last = name.split('/').at(-1) ?? '';
  return !last.startsWith('.') && last !== 'Thumbs.db' && last !== 'desktop.ini' && !name.includes('__MACOSX/');
}

function Underway({ uploading: { upload, sum, cancel } }: { uploading: Props['uploading'] }) {
  if (!upload || !sum) return null;
  const sending = upload.queue.entries.filter(({ state }) => state === 'sending');
  const failed = upload.queue.entries.filter(({ state }) => state === 'failed');
  const share = sum.bytes ? (sum.sentBytes / sum.bytes) * 100 : (sum.sentFiles / Math.max(1, sum.files)) * 100;
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" aria-live="polite">
          {sum.isRunning
            ? t('Uploading {{sent}} of {{count}} files', { sent: sum.sentFiles, count: sum.files })
            : t('Uploaded {{sent}} of {{count}} files', { sent: sum.sentFiles, count: sum.files })}{' '}
          · {t('{{done}} of {{total}}', { done: bytes(sum.sentBytes), total: bytes(sum.bytes) })}
        </Text>
        <Button variant="subtle" size="compact-sm" color="gray" onClick={cancel}>
          {sum.isRunning ? t('Cancel') : t('Clear')}
        </Button>
      </Group>
      <Progress
        value={share}
        size="lg"
        aria-label={t('Upload, {{percent}}', { percent: percent(sum.sentBytes, sum.bytes) })}
        color={sum.failed && !sum.isRunning ? 'orange' : 'pine'}
      />
      {sending.map(({ file, sent, tries }) => (
        <Group key={file.name} gap="sm" wrap="nowrap">
          <Text size="xs" c="dimmed" className="lw-clip" flex={1} title={file.name}>
            {file.name}
            {tries > 1 && ` (${t('try {{tries}}', { tries })})`}
          </Text>
          <Progress value={file.size ? (sent / file.size) * 100 : 0} w={160} size="sm" aria-label={file.name} />
        </Group>
      ))}
      {failed.slice(0, SHOWN_FAILURES).map(({ file, error }) => (
        <Text key={file.name} size="sm" c="var(--mantine-color-error)" className="lw-break">
          {file.name}: {wordsOf(error).title}
        </Text>
      ))}
      {failed.length > 0 && (
        <Group>
          <Text size="sm" c="dimmed">
            {t('{{count}} files did not arrive.', { count: failed.length })}
          </Text>
          <Button size="compact-sm" variant="light" onClick={() => upload.queue.retry()}>
            {t('Try them again')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
