/** A picture from one's own disk, and what a model finds in it. Nothing of it is kept. */
import { Box, FileButton, Button, Group, Slider, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { Failure } from '../state';
import { FoundPicture } from './found-picture';
import type { Model, Tried } from './wire';

const LEAST = 0.05;

export function TryPanel({ model }: { model: Model }) {
  const [picture, setPicture] = useState<string | null>(null);
  const [least, setLeast] = useState(0.3);
  const ask = useMutation({
    mutationFn: (file: File) => api.post<Tried>(`/models/${model.name}/try?least_score=${LEAST}`, undefined, { raw: file }),
  });
  useEffect(() => () => void (picture && URL.revokeObjectURL(picture)), [picture]);
  const choose = (file: File | null) => {
    if (!file) return;
    setPicture(URL.createObjectURL(file));
    ask.mutate(file);
  };
  const found = (ask.data?.prediction.found ?? []).filter(({ score }) => score >= least);
  return (
    <Stack gap="sm" data-testid="try-panel">
      <Group>
        <FileButton accept="image/*" onChange={choose}>
          {(props) => (
            <Button size="xs" loading={ask.isPending} {...props}>
              {t('Choose a picture')}
            </Button>
          )}
        </FileButton>
        <Text size="xs">{t('Score from')}</Text>
        <Slider w={140} size="sm" min={LEAST} max={1} step={0.01} value={least} onChange={setLeast} thumbLabel={t('Least score')} label={(value) => value.toFixed(2)} />
      </Group>
      {ask.isError && <Failure error={ask.error} />}
      {ask.data && picture && (
        <Stack gap={6}>
          <Box maw={520}>
            <FoundPicture source={picture} alt={t('The picture that was chosen')} width={ask.data.width} height={ask.data.height} found={found} />
          </Box>
          <Text size="sm" data-testid="tried">
            {found.length === 0
              ? t('It finds nothing above this score.')
              : found
                  .slice(0, 12)
                  .map(({ label, score }) => `${label} ${score.toFixed(2)}`)
                  .join(', ')}
          </Text>
        </Stack>
      )}
    </Stack>
  );
}
