/** What an upload holds beside pictures, and whether its labels come in as well. */
import { Alert, Checkbox, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import type { components } from '../../model/api';

export type Look = components['schemas']['Look'];

/** What lies in an upload, looked at anew whenever more files have arrived. */
export function useLook(project: string, upload: string | null, files: number): Look | null {
  const { data } = useQuery({
    queryKey: ['look', upload, files],
    queryFn: () => api.post<Look>(`/projects/${project}/imports/look`, { upload }),
    enabled: upload !== null,
    staleTime: Infinity,
    retry: false,
  });
  return data ?? null;
}

interface Props {
  look: Look;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function LabelsBeside({ look, checked, onChange }: Props) {
  const [first] = look.formats;
  if (!first) return null;
  return (
    <Alert color="blue" p="sm" title={t('There are labels among the files: {{format}}', { format: first.title })}>
      <Text size="sm" className="lw-break">
        {first.reason}
      </Text>
      {look.label_pictures > 0 && (
        <Text size="sm">
          {t('{{count}} pictures are labels themselves and do not become items.', { count: look.label_pictures })}
        </Text>
      )}
      <Checkbox
        mt="xs"
        label={t('Bring in the labels, too')}
        description={t('After the pictures you see a preview; nothing is labeled before you apply it.')}
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </Alert>
  );
}
