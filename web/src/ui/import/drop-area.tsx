/** Where files, folders and zips are dropped or chosen, and how far their upload is. */
import { Button, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconCloudUpload } from '@tabler/icons-react';
import { useRef } from 'react';

import { wordsOf } from '../notify';
import { bytes, count, number, percent } from '../words';
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
        inputProps={{ 'aria-label': 'Choose files' }}
        tabIndex={-1}
        py={36}
      >
        <Stack align="center" gap="xs">
          <IconCloudUpload size={38} stroke={1.4} color="var(--lw-accent)" aria-hidden />
          <Text fw={600} fz="lg">
            Drop files, folders or zips here
          </Text>
          <Text size="sm" c="dimmed" ta="center">
            {hint}
          </Text>
          <Group mt="xs" style={{ pointerEvents: 'all' }}>
            <Button variant="default" onClick={() => open.current?.()}>
              Choose files
            </Button>
            <Button variant="default" onClick={() => folder.current?.click()}>
              Choose a folder
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
          aria-label="Choose a folder"
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
          {sum.isRunning ? 'Uploading' : 'Uploaded'} {number(sum.sentFiles)} of {count(sum.files, 'file')} ·{' '}
          {bytes(sum.sentBytes)} of {bytes(sum.bytes)}
        </Text>
        <Button variant="subtle" size="compact-sm" color="gray" onClick={cancel}>
          {sum.isRunning ? 'Cancel' : 'Clear'}
        </Button>
      </Group>
      <Progress
        value={share}
        size="lg"
        aria-label={`Upload, ${percent(sum.sentBytes, sum.bytes)}`}
        color={sum.failed && !sum.isRunning ? 'orange' : 'pine'}
      />
      {sending.map(({ file, sent, tries }) => (
        <Group key={file.name} gap="sm" wrap="nowrap">
          <Text size="xs" c="dimmed" className="lw-clip" flex={1} title={file.name}>
            {file.name}
            {tries > 1 && ` (try ${tries})`}
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
            {count(failed.length, 'file')} did not arrive.
          </Text>
          <Button size="compact-sm" variant="light" onClick={() => upload.queue.retry()}>
            Try them again
          </Button>
        </Group>
      )}
    </Stack>
  );
}
