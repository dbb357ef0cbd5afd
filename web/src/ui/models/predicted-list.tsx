/** Who predicted what in a project, and taking it away again. */
import { Button, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { layerWord } from '../model-words';
import { client } from '../../queries';
import { tell } from '../notify';
import { Answer, Loading } from '../state';
import { ago, number } from '../words';
import { type PredictedBy, predictedBy } from './wire';

export function PredictedList({ project }: { project: string }) {
  const found = useQuery(predictedBy(project));
  return (
    <Paper p="md" withBorder data-testid="predicted">
      <Stack gap="sm">
        <Title order={3} fz="lg">
          {t('Predictions')}
        </Title>
        <Answer of={found} loading={<Loading rows={2} />}>
          {(list) =>
            list.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('None yet. Pre-label with a model, or import predictions of your own.')}
              </Text>
            ) : (
              <Rows list={list} project={project} />
            )
          }
        </Answer>
      </Stack>
    </Paper>
  );
}

function Rows({ list, project }: { list: PredictedBy[]; project: string }) {
  const remove = useMutation({
    mutationFn: (author: string) => api.post<{ items: number }>(`/projects/${project}/predictions/remove`, { author }),
    onSuccess: ({ items }) => {
      tell(t('Predictions of {{number}} items are hidden.', { number: number(items) }));
      void client.invalidateQueries({ queryKey: predictedBy(project).queryKey });
    },
  });
  const ask = (author: string) =>
    modals.openConfirmModal({
      title: t('Hide these predictions?'),
      children: <Text size="sm">{t('Annotators no longer see them. What they took over already stays.')}</Text>,
      labels: { confirm: t('Hide'), cancel: t('Keep') },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate(author),
    });
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('By')}</Table.Th>
            <Table.Th ta="right">{t('Items')}</Table.Th>
            <Table.Th ta="right">{t('Annotations')}</Table.Th>
            <Table.Th>{t('Newest')}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map(({ author, items, annotations, newest }) => (
            <Table.Tr key={author} data-testid="predicted-by">
              <Table.Td className="lw-break" title={author}>
                {layerWord(author)}
              </Table.Td>
              <Table.Td ta="right">{number(items)}</Table.Td>
              <Table.Td ta="right">{number(annotations)}</Table.Td>
              <Table.Td>{ago(newest)}</Table.Td>
              <Table.Td ta="right">
                <Button size="compact-xs" variant="default" onClick={() => ask(author)}>
                  {t('Hide')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
