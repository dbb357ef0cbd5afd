/** The audits of a release: what was claimed, and what the verdicts show so far. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCertificate, IconFileUnknown } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { client, releases as releasesQuery } from '../queries';
import { planWords } from '../ui/audits/acceptance-form';
import { BoundLine } from '../ui/audits/line';
import { OpenAudit } from '../ui/audits/open-audit';
import { auditsOf } from '../ui/audits/queries';
import type { Audit } from '../ui/audits/wire';
import { AUDIT_STATES, claimed, delivered, shown, STATE_COLORS } from '../ui/audits/words';
import { tell } from '../ui/notify';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer, Empty } from '../ui/state';
import { ago, atLeast, number } from '../ui/words';

export default function ReleaseAudits() {
  const { project } = useProject();
  const { r: tag = '' } = useParams();
  const [isOpening, setOpening] = useState(false);
  const releases = useQuery(releasesQuery(project.id));
  const audits = useQuery(auditsOf(project.id));
  const release = releases.data?.find((one) => one.tag === tag);
  const open = release && atLeast(project.role, 'manager') && (
    <Button onClick={() => setOpening(true)}>{t('Open an audit')}</Button>
  );
  if (releases.data && !release) {
    return <Empty icon={<IconFileUnknown />} title={t('There is no release {{tag}}', { tag })} />;
  }
  return (
    <Page
      title={t('Audits of release {{tag}}', { tag })}
      order={2}
      about={t('An audit puts a claim to the proof: experts judge a random draw without knowing who made what. Its bound holds whenever one looks.')}
      actions={open}
    >
      <Answer of={audits}>
        {(data) => {
          const mine = data.filter((audit) => audit.release === release?.id);
          if (!mine.length) {
            return (
              <Empty icon={<IconCertificate />} title={t('Not audited yet')}>
                {t('How much of this release is wrong was not measured.')}
              </Empty>
            );
          }
          return (
            <Stack>
              {mine.map((audit) => (
                <One key={audit.id} audit={audit} role={project.role} />
              ))}
            </Stack>
          );
        }}
      </Answer>
      {isOpening && release && <OpenAudit release={release} onClose={() => setOpening(false)} />}
    </Page>
  );
}

function One({ audit, role }: { audit: Audit; role: string | null | undefined }) {
  const navigate = useNavigate();
  const base = `/projects/${audit.project}`;
  const certificate = `${base}/releases/${encodeURIComponent(audit.tag)}/certificate?audit=${audit.id}`;
  const close = useMutation({
    mutationFn: () => api.post(`/audits/${audit.id}/closing`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['project', audit.project, 'audits'] });
      void client.invalidateQueries({ queryKey: ['release', audit.release, 'certificate'] });
      void navigate(certificate);
    },
  });
  return (
    <Paper p="md" data-testid="audit">
      <Group justify="space-between" align="flex-start">
        <Stack gap={2}>
          <Group gap="sm">
            <Title order={3} size="h4">
              {audit.acceptance ? t('Delivery of {{lot}}', { lot: number(audit.acceptance.plan.lot) }) : claimed(audit, audit.claims[0]!)}
            </Title>
            <Badge variant="light" tt="none" color={STATE_COLORS[audit.state] ?? 'gray'} data-testid="audit-state">
              {AUDIT_STATES[audit.state] ?? audit.state}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed">
            {ago(audit.opened_at)} · {t('{{count}} judged', { count: audit.judged })}
            {audit.experts.length > 0 && ` · ${audit.experts.join(', ')}`}
          </Text>
        </Stack>
        <Group gap="xs">
          {audit.closed_at ? (
            <Button component={Link} to={certificate} size="xs">
              {t('Certificate')}
            </Button>
          ) : (
            <>
              {audit.state === 'open' && atLeast(role, 'reviewer') && (
                <Button component={Link} to={`${base}/audits/${audit.id}/judge`} size="xs">
                  {t('Judge')}
                </Button>
              )}
              {atLeast(role, 'manager') && (
                <Button
                  size="xs"
                  variant={audit.state === 'open' ? 'default' : 'filled'}
                  disabled={audit.judged === 0}
                  loading={close.isPending}
                  onClick={() => close.mutate()}
                >
                  {t('Close and sign')}
                </Button>
              )}
            </>
          )}
        </Group>
      </Group>
      {audit.acceptance && (
        <Group justify="space-between" mt="xs" align="flex-start">
          <Stack gap={2} maw={640}>
            <Text size="sm" fw={600} data-testid="delivery">
              {delivered(audit.acceptance)}
            </Text>
            <Text size="sm" c="dimmed">
              {planWords(audit.acceptance.plan)}
            </Text>
          </Stack>
          {audit.acceptance.state === 'refused' && atLeast(role, 'manager') && <SendBack audit={audit} />}
        </Group>
      )}
      {audit.claims.map((claim) => (
        <Text key={claim.id} size="sm" mt="xs">
          {shown(audit, claim)} · {t('{{errors}} of {{audited}} wrong, {{population}} in all', { errors: number(claim.errors), audited: number(claim.audited), population: number(claim.population) })}
          {claim.state === 'open' && !audit.closed_at && claim.needed ? ` · ${t('about {{count}} more to judge', { count: claim.needed })}` : ''}
        </Text>
      ))}
      {audit.line.length > 1 && (
        <div style={{ marginTop: 12 }}>
          <BoundLine line={audit.line} atMost={audit.claims[0]!.at_most} />
        </div>
      )}
    </Paper>
  );
}

/** Refused work goes back to review, with the reason. */
function SendBack({ audit }: { audit: Audit }) {
  const send = useMutation({
    mutationFn: () => api.post<{ items: number }>(`/audits/${audit.id}/rework`),
    onSuccess: ({ items }) => tell(t('{{count}} items wait for review again', { count: items })),
    onSettled: () => client.invalidateQueries({ queryKey: ['project', audit.project] }),
  });
  return (
    <Button size="xs" color="orange" variant="light" loading={send.isPending} onClick={() => send.mutate()} data-testid="send-back">
      {t('Send back to review')}
    </Button>
  );
}
