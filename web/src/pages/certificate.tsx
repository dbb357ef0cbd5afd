/** The certificate of a release: what was shown, on what it rests, and what to check it with. */
import { Anchor, Button, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { IconCertificate, IconDownload, IconFileUnknown, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';

import { t } from '../language/language';
import { releases as releasesQuery } from '../queries';
import '../ui/audits/print.css';
import { certificateOf, certificateOfAudit } from '../ui/audits/queries';
import type { Certificate } from '../ui/audits/wire';
import { AUDIT_STATES, bound, claimed, codeWords, delivered, shown } from '../ui/audits/words';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer, Empty } from '../ui/state';
import { duration, moment, number } from '../ui/words';

export default function CertificatePage() {
  const { project } = useProject();
  const { r: tag = '' } = useParams();
  const [search] = useSearchParams();
  const releases = useQuery(releasesQuery(project.id));
  const release = releases.data?.find((one) => one.tag === tag);
  const wanted = search.get('audit');
  const ofRelease = useQuery({ ...certificateOf(release?.id ?? ''), enabled: Boolean(release) && !wanted });
  const ofAudit = useQuery({ ...certificateOfAudit(wanted ?? ''), enabled: Boolean(wanted) });
  const certificate = wanted ? ofAudit : ofRelease;
  if (releases.data && !release) {
    return <Empty icon={<IconFileUnknown />} title={t('There is no release {{tag}}', { tag })} />;
  }
  return (
    <Answer of={certificate}>
      {(data) =>
        data ? (
          <Loaded certificate={data} />
        ) : (
          <Empty
            icon={<IconCertificate />}
            title={t('No certificate yet')}
            action={
              <Button component={Link} to={`/projects/${project.id}/releases/${encodeURIComponent(tag)}/audits`}>
                {t('To the audits')}
              </Button>
            }
          >
            {t('How much of this release is wrong was not measured.')}
          </Empty>
        )
      }
    </Answer>
  );
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Loaded({ certificate }: { certificate: Certificate }) {
  const { audit } = certificate;
  const wrong = Object.values(audit.codes).reduce((sum, count) => sum + count, 0);
  const signature = { algorithm: 'Ed25519', signature: certificate.signature, public_key: certificate.public_key };
  return (
    <Page
      title={t('Certificate of release {{tag}}', { tag: audit.tag })}
      order={2}
      actions={
        <Group gap="xs" className="lw-no-print">
          <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
            {t('Print')}
          </Button>
          <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => download(`${audit.tag}.json.sig`, JSON.stringify(signature, null, 2))}>
            {t('Signature')}
          </Button>
          <Button leftSection={<IconDownload size={16} />} onClick={() => download(`${audit.tag}.json`, certificate.text)}>
            {t('Certificate as JSON')}
          </Button>
        </Group>
      }
    >
      <Stack gap="md">
        <Paper p="xl">
          <Text fz={26} fw={600} lh={1.3} data-testid="statement">
            {shown(audit, audit.claims[0]!)}
          </Text>
          {audit.acceptance && <Text mt="xs">{t('Delivery: {{outcome}}', { outcome: delivered(audit.acceptance) })}</Text>}
          <Text mt="xs">
            {t('Shown by {{audited}} audited of {{population}} in all; judged by {{experts}}.', { audited: number(audit.claims[0]!.audited), population: number(audit.claims[0]!.population), experts: audit.experts.join(', ') })}
            {audit.own_work && ` ${t('They might judge their own work.')}`}
          </Text>
        </Paper>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Section title={t('What it covers')}>
            <Text size="sm">
              {audit.unit === 'item' && audit.acceptance
                ? t('Whether the items of this release are as they should be, as these experts see them.')
                : audit.unit === 'item'
                ? t('Whether anything is missing on the items of this release, as these experts see it.')
                : t('Whether the annotations of this release are right, as these experts see it without knowing who or what made them.')}
            </Text>
          </Section>
          <Section title={t('What it does not cover')}>
            <Text size="sm">
              {audit.unit === 'item' && audit.acceptance
                ? t('Items outside the release; errors of the experts themselves.')
                : audit.unit === 'item'
                ? t('Annotations that are wrong; items outside the release; errors of the experts themselves.')
                : t('Annotations that are missing; items outside the release; errors of the experts themselves.')}
            </Text>
          </Section>
          <Section title={t('Claims')}>
            {audit.claims.map((claim) => (
              <div key={claim.id}>
                <Text size="sm" fw={600}>
                  {claimed(audit, claim)}
                </Text>
                <Text size="sm">{shown(audit, claim)}</Text>
              </div>
            ))}
          </Section>
          <Section title={t('Verdicts')}>
            <Table>
              <Table.Tbody>
                <Row name={t('Right')} value={audit.judged - wrong - audit.unclear} />
                {Object.entries(audit.codes).map(([code, count]) => (
                  <Row key={code} name={codeWords(code)} value={count} />
                ))}
                <Row name={t('Cannot tell (counts as wrong)')} value={audit.unclear} />
              </Table.Tbody>
            </Table>
            <Text size="sm" c="dimmed">
              {t('Time of the experts: {{time}}', { time: duration(audit.seconds) })}
            </Text>
          </Section>
        </SimpleGrid>
        {certificate.earlier.length > 0 && (
          <Section title={t('Audits of this release before')}>
            <Table data-testid="earlier">
              <Table.Tbody>
                {certificate.earlier.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td>{moment(one.opened_at)}</Table.Td>
                    <Table.Td>{t('at most {{share}}', { share: bound(one.at_most) })}</Table.Td>
                    <Table.Td>{AUDIT_STATES[one.state]}</Table.Td>
                    <Table.Td ta="right">{t('{{wrong}} of {{audited}} wrong', { wrong: number(one.errors), audited: number(one.audited) })}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            <Text size="sm">
              {t('The more often one audits, the likelier one bound fails: all of them together hold with {{confidence}} confidence.', { confidence: t('{{value}} %', { value: Math.floor(certificate.over_all * 1000 + 1e-6) / 10 }) })}
            </Text>
          </Section>
        )}
        <Section title={t('Method')}>
          <Text size="sm">
            {t('A random draw without replacement, its order fixed by a secret seed whose hash was recorded before the first look. The bound is a prior-posterior-ratio confidence sequence: it holds however often one looks and whenever one stops.')}
          </Text>
          <Text size="sm" c="dimmed">
            {t('Waudby-Smith & Ramdas, “Confidence sequences for sampling without replacement”, NeurIPS 2020')}
          </Text>
        </Section>
        <Section title={t('To check it')}>
          <Text size="sm">{t('“labelwright release verify” makes the draw and the bounds again and checks the signature.')}</Text>
          <Proof name={t('Closed')} value={moment(audit.closed_at ?? audit.opened_at)} />
          <Proof name={t('Hash of the release')} value={certificate.release_sha256} />
          <Proof name={t('Commitment')} value={audit.commitment} />
          <Proof name={t('Seed')} value={audit.seed ?? ''} />
          <Proof name={t('Public key')} value={certificate.public_key} />
          <Proof name={t('Signature')} value={certificate.signature} />
        </Section>
        <Anchor className="lw-no-print" component={Link} size="sm" to={`/projects/${audit.project}/releases/${encodeURIComponent(audit.tag)}/audits`}>
          {t('To the audits')}
        </Anchor>
      </Stack>
    </Page>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper p="md">
      <Title order={3} size="h4" mb="xs">
        {title}
      </Title>
      <Stack gap={6}>{children}</Stack>
    </Paper>
  );
}

function Row({ name, value }: { name: string; value: number }) {
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td ta="right">{number(value)}</Table.Td>
    </Table.Tr>
  );
}

function Proof({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="xs" className="lw-mono lw-break">
        {value}
      </Text>
    </div>
  );
}
