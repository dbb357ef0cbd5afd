/** Agreement by category, by attribute and by slice: numbers, bars with intervals, and the items behind them. */
import { Anchor, Paper, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import type { Category } from '../../wire';
import { useProject } from '../project';
import { number } from '../words';
import { exploring } from './behind';
import { Bar, Figure } from './how';
import { methodOf } from './method-words';
import type { AgreementReport, Measures } from './wire';

const COLUMNS = ['f1', 'mean_iou'];

function Section({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <Paper p={0}>
      <Title order={3} px="lg" pt="lg" pb={about ? 2 : 'xs'}>
        {title}
      </Title>
      {about && (
        <Text size="sm" c="dimmed" px="lg" pb="xs">
          {about}
        </Text>
      )}
      <Table.ScrollContainer minWidth={640}>{children}</Table.ScrollContainer>
    </Paper>
  );
}

export function ByCategory({ report, categories }: { report: AgreementReport; categories: Category[] }) {
  const { project } = useProject();
  const known = new Map(categories.map((category) => [category.id, category]));
  const alpha = (measures: Measures) => measures.category_alpha?.value ?? 2;
  const rows = Object.entries(report.categories).sort(([, one], [, other]) => alpha(one) - alpha(other));
  if (rows.length === 0) return null;
  return (
    <Section title={t('By category')} about={t('The category people agree about least stands first.')}>
      <Table horizontalSpacing="lg" data-testid="by-category">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('Category')}</Table.Th>
            <Table.Th>{methodOf(report.methods, 'category_alpha')?.title}</Table.Th>
            <Table.Th w={180} />
            {COLUMNS.map((name) => (
              <Table.Th key={name}>{methodOf(report.methods, name)?.title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([id, measures]) => (
            <Table.Tr key={id}>
              <Table.Td className="lw-break">
                <Anchor component={Link} size="sm" c="inherit" to={exploring(project.id, { categories: [{ category: id }] })} title={t('Open the items that have it')}>
                  <Swatch category={known.get(id)} /> {known.get(id)?.name ?? id}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <Figure measure={measures.category_alpha} methods={report.methods} />
              </Table.Td>
              <Table.Td>{measures.category_alpha && <Bar measure={measures.category_alpha} />}</Table.Td>
              {COLUMNS.map((name) => (
                <Table.Td key={name}>
                  <Figure measure={measures[name]} methods={report.methods} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

export function Swatch({ category }: { category: Category | undefined }) {
  return <i aria-hidden style={{ display: 'inline-block', width: 9, height: 9, borderRadius: 9, background: colorOf(category) }} />;
}

export function ByAttribute({ report, categories }: { report: AgreementReport; categories: Category[] }) {
  const { project } = useProject();
  const rows = Object.entries(report.attributes);
  if (rows.length === 0) return null;
  return (
    <Section title={t('By attribute')}>
      <Table horizontalSpacing="lg">
        <Table.Tbody>
          {rows.map(([key, measures]) => {
            const [category, spec] = key.split('/');
            const known = categories.find(({ id }) => id === category);
            const attribute = known?.attributes?.find(({ id }) => id === spec);
            return (
              <Table.Tr key={key}>
                <Table.Td>
                  <Anchor component={Link} size="sm" c="inherit" to={exploring(project.id, { categories: [{ category: category! }] })}>
                    <Swatch category={known} /> {known?.name ?? category} · {attribute?.name ?? spec}
                  </Anchor>
                </Table.Td>
                {Object.values(measures).map((measure) => (
                  <Table.Td key={measure.method}>
                    <Text size="xs" c="dimmed">
                      {methodOf(report.methods, measure.method)?.title}
                    </Text>
                    <Figure measure={measure} methods={report.methods} />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

export function BySlice({ report }: { report: AgreementReport }) {
  const { project } = useProject();
  const { headline } = report;
  // One slice alone is the whole.
  const rows = report.slices.filter(({ fact }) => report.slices.filter((one) => one.fact === fact).length > 1);
  if (rows.length === 0 || !headline) return null;
  return (
    <Section title={t('By slice')}>
      <Table horizontalSpacing="lg">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('Slice')}</Table.Th>
            <Table.Th ta="right">{t('Items')}</Table.Th>
            <Table.Th>{methodOf(report.methods, headline)?.title}</Table.Th>
            <Table.Th w={180} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ fact, value, items, measures }) => (
            <Table.Tr key={`${fact} ${value}`}>
              <Table.Td>
                {fact === 'split' && value !== 'none' ? (
                  <Anchor component={Link} size="sm" c="inherit" to={exploring(project.id, { splits: [value] })}>
                    {t('Split')} · {value}
                  </Anchor>
                ) : (
                  `${fact === 'split' ? t('Split') : fact} · ${value === 'none' ? t('none') : value}`
                )}
              </Table.Td>
              <Table.Td ta="right">{number(items)}</Table.Td>
              <Table.Td>
                <Figure measure={measures[headline]} methods={report.methods} />
              </Table.Td>
              <Table.Td>{measures[headline] && <Bar measure={measures[headline]} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
