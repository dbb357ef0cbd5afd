/** One sitting at an audit: what is drawn is judged with one key, and taken back with another. */
import { Alert, Button, Group, Kbd, Modal, Paper, Stack, Switch, Text, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';

import { api } from '../../api';
import { spoken, t } from '../../language/language';
import { client } from '../../queries';
import { Failure, Loading } from '../state';
import { atLeast, number } from '../words';
import { DrawPicture } from './draw-picture';
import { BoundLine } from './line';
import { nextDraw } from './queries';
import type { Audit, Draw, Verdict } from './wire';
import { claimed, delivered, shown } from './words';

type Choice = [key: string, verdict: Verdict['verdict'], code: string | undefined];

const OF_ANNOTATION: Choice[] = [
  ['1', 'right', undefined],
  ['2', 'wrong', 'extra'],
  ['3', 'wrong', 'wrong_category'],
  ['4', 'wrong', 'loose_shape'],
  ['5', 'wrong', 'wrong_attribute'],
  ['0', 'unclear', undefined],
];
const OF_ITEM: Choice[] = [
  ['1', 'right', undefined],
  ['2', 'wrong', 'missing'],
  ['0', 'unclear', undefined],
];
/** A delivered item as a whole: whatever is wrong with it makes it one that does not conform. */
const OF_DELIVERY: Choice[] = [
  ['1', 'right', undefined],
  ['2', 'wrong', 'missing'],
  ['3', 'wrong', 'extra'],
  ['4', 'wrong', 'wrong_category'],
  ['5', 'wrong', 'loose_shape'],
  ['6', 'wrong', 'wrong_attribute'],
  ['0', 'unclear', undefined],
];
const CHOICES: Record<string, string> = spoken<string>({
  right: 'Right',
  complete: 'Complete',
  extra: 'Should not be there',
  wrong_category: 'Wrong category',
  loose_shape: 'Loose shape',
  wrong_attribute: 'Wrong attribute',
  missing: 'Something is missing',
  unclear: 'Cannot tell',
});
const MOST_SECONDS = 120;

export function Judging({ audit: first, role }: { audit: Audit; role: string | null | undefined }) {
  const [audit, setAudit] = useState(first);
  const [isWhole, setWhole] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const since = useRef(Date.now());
  const draw = useQuery({
    queryKey: ['draw', audit.id],
    queryFn: () => nextDraw(audit.id),
    staleTime: Infinity,
    gcTime: 0,
  });
  const next = async () => {
    await draw.refetch();
    since.current = Date.now();
    setAsking(false);
    setReason('');
    void client.invalidateQueries({ queryKey: ['project', audit.project, 'audits'] });
  };
  const judge = useMutation({
    mutationFn: (said: Omit<Verdict, 'seconds'>) => {
      const seconds = Math.min((Date.now() - since.current) / 1000, MOST_SECONDS);
      return api.post<Audit>(`/audits/${audit.id}/draws/${draw.data?.number}/verdict`, { ...said, seconds });
    },
    onSuccess: setAudit,
    onSettled: next,
  });
  const back = useMutation({
    mutationFn: () => api.post(`/audits/${audit.id}/draws/back`),
    onSuccess: async () => {
      setAudit(await api.get<Audit>(`/audits/${audit.id}`));
      await next();
    },
  });
  const choices = audit.unit !== 'item' ? OF_ANNOTATION : audit.acceptance ? OF_DELIVERY : OF_ITEM;
  const isBusy = judge.isPending || back.isPending || draw.isFetching;
  const choose = ([, verdict, code]: Choice) => {
    if (isBusy || !draw.data) return;
    if (verdict === 'unclear') setAsking(true);
    else judge.mutate({ verdict, ...(code ? { code } : {}) });
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isAsking || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input:not([type=checkbox]), textarea')) return;
      const choice = choices.find(([key]) => key === event.key);
      if (choice) choose(choice);
      else if (event.key === 'Backspace' && !isBusy) back.mutate();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  const claim = audit.claims[0]!;
  return (
    <Group align="stretch" gap="md" wrap="wrap">
      <div style={{ flex: '3 1 520px', minWidth: 0 }}>
        {draw.error ? (
          <Failure error={draw.error} onRetry={() => void draw.refetch()} />
        ) : draw.isPending ? (
          <Loading rows={1} height={400} />
        ) : draw.data ? (
          <DrawPicture draw={draw.data} isWhole={isWhole} isBusy={isBusy} />
        ) : (
          <End audit={audit} role={role} />
        )}
      </div>
      <Paper p="md" style={{ flex: '1 1 280px' }}>
        <Stack gap="sm">
          {draw.data && <Facts draw={draw.data} isDelivery={audit.acceptance !== null} />}
          {draw.data && (
            <Stack gap={6}>
              {choices.map((choice) => (
                <Button key={choice[0]} variant={choice[1] === 'right' ? 'filled' : 'default'} justify="space-between" rightSection={<Kbd>{choice[0]}</Kbd>} onClick={() => choose(choice)}>
                  {CHOICES[choice[2] ?? (choice[1] === 'right' && choices === OF_ITEM ? 'complete' : choice[1])]}
                </Button>
              ))}
            </Stack>
          )}
          <Button variant="subtle" size="xs" rightSection={<Kbd>⌫</Kbd>} disabled={audit.judged === 0 || isBusy} onClick={() => back.mutate()}>
            {t('Take the last verdict back')}
          </Button>
          {draw.data?.annotation && (
            <Switch label={t('Whole picture')} checked={isWhole} onChange={(event) => setWhole(event.currentTarget.checked)} />
          )}
          <Text size="sm" data-testid="standing">
            {t('{{count}} judged', { count: audit.judged })} · {t('{{errors}} wrong', { errors: number(claim.errors) })}
            {audit.acceptance?.plan.accept != null && ` · ${t('{{size}} are drawn, {{accept}} may be wrong', { size: audit.acceptance.plan.size, accept: audit.acceptance.plan.accept })}`}
            {!audit.acceptance && claim.needed && claim.state === 'open' ? ` · ${t('about {{count}} more to judge', { count: claim.needed })}` : ''}
          </Text>
          {audit.judged > 0 && <Text size="sm">{shown(audit, claim)}</Text>}
          {audit.line.length > 1 && <BoundLine line={audit.line} atMost={claim.at_most} />}
        </Stack>
      </Paper>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={t('Why can nobody tell?')}>
        <Stack>
          <Text size="sm" c="dimmed">
            {t('It counts against the claim, so that hard cases cannot be left out.')}
          </Text>
          <Textarea label={t('Reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
          <Button disabled={!reason.trim()} loading={judge.isPending} onClick={() => judge.mutate({ verdict: 'unclear', reason })}>
            {t('Cannot tell')}
          </Button>
        </Stack>
      </Modal>
    </Group>
  );
}

function Facts({ draw, isDelivery }: { draw: Draw; isDelivery: boolean }) {
  if (draw.annotation === null) {
    return (
      <Title order={3} size="h4">
        {isDelivery ? t('Is this item as it should be?') : t('Is everything here that should be?')}
      </Title>
    );
  }
  const mark = draw.document.annotations[0];
  const category = draw.ontology.categories?.find(({ id }) => id === mark?.category);
  return (
    <div>
      <Title order={3} size="h4" className="lw-break">
        {category?.name ?? mark?.category}
      </Title>
      {category?.attributes?.map((attribute) => {
        const value = mark?.attributes?.[attribute.id];
        if (value === undefined) return null;
        const named = (one: unknown) => attribute.options?.find(({ id }) => id === one)?.name ?? String(one);
        const told = typeof value === 'boolean' ? (value ? t('Yes') : t('No')) : Array.isArray(value) ? value.map(named).join(', ') : named(value);
        return (
          <Text key={attribute.id} size="sm">
            {attribute.name}: {told}
          </Text>
        );
      })}
    </div>
  );
}

function End({ audit, role }: { audit: Audit; role: string | null | undefined }) {
  const isProved = audit.state === 'proved' || audit.state === 'accepted';
  const titles: Record<string, string> = {
    proved: t('The claim is proved'),
    refuted: t('The claim is refuted'),
    accepted: t('The delivery is accepted'),
    refused: t('The delivery is refused'),
  };
  const title = titles[audit.state] ?? t('Nothing is left for you to judge');
  return (
    <Alert color={isProved ? 'pine' : audit.state in titles ? 'red' : 'blue'} title={title} data-testid="end">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{audit.acceptance ? delivered(audit.acceptance) : claimed(audit, audit.claims[0]!)}</Text>
        {audit.state === 'open' && (
          <Text size="sm">
            {audit.own_work
              ? t('What is left of the draw is at hand with others right now.')
              : t('What is left of the draw is at hand with others right now, or is work that you made or reviewed: somebody else must judge it.')}
          </Text>
        )}
        <Text size="sm">
          {atLeast(role, 'manager')
            ? t('Close the audit on its page: its seed is told, and its certificate is signed.')
            : t('A manager closes the audit and signs its certificate.')}
        </Text>
        <Button component={Link} size="xs" to={`/projects/${audit.project}/releases/${encodeURIComponent(audit.tag)}/audits`}>
          {t('To the audits')}
        </Button>
      </Stack>
    </Alert>
  );
}
