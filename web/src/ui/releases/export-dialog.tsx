/** An export: the format, whether the images come along, and what would be lost, before it is made. */
import { Alert, Button, Checkbox, Group, Modal, Select, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { address, api } from '../../api';
import { t } from '../../language/language';
import { formats as formatsQuery, releases as releasesQuery } from '../../queries';
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

/** The formats as a list to choose from: those that most people want first. */
function listed(formats: { name: string; title: string; keeps: string[] }[]) {
  const entry = ({ name, title }: { name: string; title: string }) => ({
    value: name,
    label: title && title.toLowerCase() !== name ? `${title} (${name})` : name,
  });
  const rest = formats.filter(({ name }) => !COMMON.includes(name));
  const common = COMMON.map((name) => formats.find((one) => one.name === name)).filter((one) => one !== undefined);
  const isTags = (one: { keeps: string[] }) => one.keeps.every((kind) => kind === 'tag');
  const byTitle = (a: { title: string }, b: { title: string }) => a.title.localeCompare(b.title);
  return [
    { group: t('Most used'), items: common.map(entry) },
    { group: t('Other tools and data sets'), items: rest.filter((one) => !isTags(one)).sort(byTitle).map(entry) },
    { group: t('Tags of whole items'), items: rest.filter(isTags).sort(byTitle).map(entry) },
  ].filter(({ items }) => items.length > 0);
}

const COMMON = ['labelwright', 'coco', 'yolo', 'yolo-seg', 'voc', 'cvat', 'label-studio'];

export function ExportDialog({ project, release, onClose }: Props) {
  const { data: formats = [] } = useQuery(formatsQuery());
  const [format, setFormat] = useState('coco');
  const [withMedia, setWithMedia] = useState(true);
  const [mayDrop, setMayDrop] = useState(false);
  const [since, setSince] = useState<string | null>(null);
  const { data: known = [] } = useQuery(releasesQuery(project));
  const others = known.filter(({ tag }) => tag !== release).map(({ tag }) => tag);
  const report = useQuery({
    queryKey: ['export', project, release, since, format],
    queryFn: () => api.get<Losses>(`/projects/${project}/export/report`, { format, release, since }),
    staleTime: 0,
    retry: false,
  });
  const isLossy = report.data ? losesSomething(report.data) : false;
  const href = address(`/projects/${project}/export`, {
    format,
    media: withMedia ? 'copy' : 'none',
    release,
    since,
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
            searchable
            maxDropdownHeight={360}
            nothingFoundMessage={t('No format is called so')}
            data={listed(formats)}
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
        {release !== null && others.length > 0 && (
          <Select
            label={t('Only what is new or other since')}
            placeholder={t('Everything')}
            clearable
            data={others}
            value={since}
            onChange={setSince}
          />
        )}
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
