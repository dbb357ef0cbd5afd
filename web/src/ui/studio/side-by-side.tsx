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
  const { columns, width } = fit(answers.length + 1, envelope.item.height / envelope.item.width);
  return (
    <Modal opened={opened} onClose={onClose} title={t('Side by side')} size="96%" yOffset="2dvh">
      {opened && (
        <SimpleGrid cols={columns} spacing={GAP} verticalSpacing={GAP} maw={columns * (width + GAP)} mx="auto" data-testid="side-by-side">
          {answers.map(({ id, document }, place) => (
            <Side key={id} desk={desk} name={answerName(place)} annotations={document.annotations} categories={categories} />
          ))}
          <Side desk={desk} name={t('As it stands')} annotations={[...editor.store.all()]} categories={categories} />
        </SimpleGrid>
      )}
    </Modal>
  );
}

const GAP = 12;
const AROUND = { x: 80, y: 110 }; // margins and title of the dialog
const NAME = 28; // above each picture

/** As many columns as show every picture as large as possible without scrolling. */
function fit(pictures: number, tall: number) {
  const room = { x: window.innerWidth - AROUND.x, y: window.innerHeight - AROUND.y };
  const wide = (columns: number) =>
    Math.min(room.x / columns - GAP, (room.y / Math.ceil(pictures / columns) - NAME - GAP) / tall);
  const columns = Array.from({ length: pictures }, (_, at) => at + 1).reduce((best, next) => (wide(next) > wide(best) ? next : best));
  return { columns, width: Math.max(wide(columns), 160) };
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
