/** Every answer on a picture of its own, beside what they were merged into. */
import { Box, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';

import { t } from '../../language/language';
import type { Annotation } from '../../wire';
import { ItemPicture } from '../item-picture';
import { count } from '../words';
import { answerName, type Desk } from './desk';

export function SideBySide({ desk, opened, onClose }: { desk: Desk; opened: boolean; onClose: () => void }) {
  const { envelope, editor } = desk;
  const categories = useMemo(() => new Map((editor.ontology.categories ?? []).map((entry) => [entry.id, entry])), [editor]);
  const answers = envelope.merge?.answers ?? [];
  return (
    <Modal opened={opened} onClose={onClose} title={t('Side by side')} size="90%">
      {opened && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: answers.length > 3 ? 3 : 2 }} data-testid="side-by-side">
          {answers.map(({ id, document }, place) => (
            <Side key={id} desk={desk} name={answerName(place)} annotations={document.annotations} categories={categories} />
          ))}
          <Side desk={desk} name={t('As it stands')} annotations={[...editor.store.all()]} categories={categories} />
        </SimpleGrid>
      )}
    </Modal>
  );
}

interface SideProps {
  desk: Desk;
  name: string;
  annotations: Annotation[];
  categories: Parameters<typeof ItemPicture>[0]['categories'];
}

function Side({ desk, name, annotations, categories }: SideProps) {
  const [marked, setMarked] = useState<string | null>(null);
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {name} <Text span c="dimmed" size="sm">{count(annotations.length, 'annotation')}</Text>
      </Text>
      <Box w="100%">
        <ItemPicture item={desk.envelope.item} annotations={annotations} categories={categories} marked={marked} onMark={setMarked} />
      </Box>
    </Stack>
  );
}
