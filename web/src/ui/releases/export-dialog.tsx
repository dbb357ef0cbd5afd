/** An export: the format, whether the images come along, and what would be lost, before it is made. */
import { Alert, Button, Checkbox, Group, Modal, Select, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { address, api } from '../../api';
import { t } from '../../language/language';
import { formats as formatsQuery } from '../../queries';
import { Report } from '../report';
import { Failure, Loading } from '../state';

interface Props {
  project: string;
  /** The tag of a release; null for what is done now. */
  release: string | null;
  onClose: () => void;
}

type Losses = Record<string, unknown>;

/** Whether the report names something that the format cannot hold. */
export function losesSomething(report: Losses): boolean {
  const { dropped } = report;
  if (typeof dropped === 'number') return dropped > 0;
  if (Array.isArray(dropped)) return dropped.length > 0;
  return typeof dropped === 'object' && dropped !== null && Object.keys(dropped).length > 0;
}

export function ExportDialog({ project, release, onClose }: Props) {
  const { data: formats = [] } = useQuery(formatsQuery());
  const [format, setFormat] = useState('coco');
  const [withMedia, setWithMedia] = useState(true);
  const [mayDrop, setMayDrop] = useState(false);
  const report = useQuery({
    queryKey: ['export', project, release, format],
    queryFn: () => api.get<Losses>(`/projects/${project}/export/report`, { format, release }),
    staleTime: 0,
    retry: false,
  });
  const isLossy = report.data ? losesSomething(report.data) : false;
  const href = address(`/projects/${project}/export`, {
    format,
    media: withMedia ? 'copy' : 'none',
    release,
    drop: isLossy && mayDrop ? true : null,
  });
  const isReady = report.data !== undefined && (!isLossy || mayDrop);
  return (
    <Modal opened onClose={onClose} title={release ? t('Export release {{release}}', { release }) : t('Export what is done now')} size="lg">
      <Stack>
        <Group align="flex-end">
          <Select
            flex={1}
            label={t('Format')}
            allowDeselect={false}
            data={formats.map(({ name, title }) => ({ value: name, label: title || name }))}
            value={format}
            onChange={(value) => value && setFormat(value)}
          />
          <Switch
            pb={8}
            label={t('With the images')}
            checked={withMedia}
            onChange={(event) => setWithMedia(event.currentTarget.checked)}
          />
        </Group>
        {report.isPending && <Loading rows={3} height={36} />}
        {report.error && <Failure error={report.error} onRetry={() => void report.refetch()} />}
        {report.data && <Report report={report.data} />}
        {isLossy && (
          <Alert color="orange" title={t('This format cannot hold everything')}>
            <Checkbox
              mt={4}
              label={t('Leave out what it cannot hold, as listed above')}
              checked={mayDrop}
              onChange={(event) => setMayDrop(event.currentTarget.checked)}
            />
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Close')}
          </Button>
          {isReady ? (
            <Button component="a" href={href} download>
              {t('Download the zip')}
            </Button>
          ) : (
            <Button disabled>{t('Download the zip')}</Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
