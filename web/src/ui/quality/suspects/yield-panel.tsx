/** What looking brought: the share that was wrong, with its interval, and whether to go on. */
import { Alert, Group, Paper, Stack, Table, Text } from '@mantine/core';

import { t } from '../../../language/language';
import { Bar, Titled } from '../how';
import type { Overview } from './wire';
import { KIND_WORDS, KINDS, yieldMethod, yieldWords } from './words';

export function YieldPanel({ overview }: { overview: Overview }) {
  const { total, by_kind, stopping } = overview;
  if (total.looked === 0) return null;
  const kinds = KINDS.filter((kind) => by_kind[kind]);
  return (
    <Paper p="md" data-testid="suspect-yield">
      <Stack gap="xs">
        <Group gap="xs">
          <Text fw={600} component="div">
            <Titled title={t('Yield')} method={yieldMethod()} />
          </Text>
          <Text size="sm" data-testid="yield-total">
            {yieldWords(total)}
          </Text>
        </Group>
        {kinds.length > 1 && (
          <Table verticalSpacing={4} withRowBorders={false}>
            <Table.Tbody>
              {kinds.map((kind) => (
                <Table.Tr key={kind}>
                  <Table.Td w={190}>{KIND_WORDS[kind]}</Table.Td>
                  <Table.Td w={200} visibleFrom="sm">
                    <Bar measure={{ value: by_kind[kind]!.share, low: by_kind[kind]!.low, high: by_kind[kind]!.high }} />
                  </Table.Td>
                  <Table.Td>{yieldWords(by_kind[kind]!)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {stopping.stop && (
          <Alert color="blue" p="xs" title={t('It may be time to stop')} data-testid="suspect-stop">
            <Text size="sm">
              {t('Only {{wrong}} of the last {{last}} were wrong, fewer than the {{worth}} % that are worth a look.', {
                wrong: stopping.wrong,
                last: stopping.last,
                worth: Math.round(stopping.worth * 100),
              })}
            </Text>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
