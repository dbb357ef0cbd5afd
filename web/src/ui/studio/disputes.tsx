/** Where answers differ: each thing in dispute with what every answer says of it, to be decided one by one. */
import { Button, Group, SegmentedControl, Stack, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';

import type { Dispute, Doubt } from '../../editor/disputes';
import { spoken, t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import type { Annotation } from '../../wire';
import { percent } from '../words';
import { answerName, type Desk } from './desk';
import classes from './disputes.module.css';
import list from './list.module.css';
import { SideBySide } from './side-by-side';
import { useSignal } from './use-signal';

const DOUBT_WORDS: Record<Doubt, string> = spoken({
  existence: 'Is it there?',
  category: 'Which category?',
  shape: 'Where is its border?',
  attributes: 'Which attributes?',
});

export function Disputes({ desk }: { desk: Desk }) {
  const { disputes, editor } = desk;
  const [shown, setShown] = useState<'open' | 'all'>('open');
  const [beside, setBeside] = useState(false);
  useSignal(disputes.changed, editor.store.changed);
  const entries = shown === 'open' ? disputes.open : disputes.all;
  const { agreement } = desk.envelope.merge ?? { agreement: null };
  return (
    <div className={classes.disputes} data-testid="disputes">
      <Group className={classes.head} justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed">
          {agreement === null ? t('Agreement undefined') : t('Agreement {{value}}', { value: agreement.toFixed(2) })}
        </Text>
        <Button size="compact-xs" variant="light" onClick={() => setBeside(true)} data-testid="beside">
          {t('Side by side')}
        </Button>
      </Group>
      <SegmentedControl
        size="xs"
        mx={10}
        value={shown}
        onChange={(value) => setShown(value as 'open' | 'all')}
        data={[
          { value: 'open', label: t('Open: {{number}}', { number: disputes.open.length }) },
          { value: 'all', label: t('All: {{number}}', { number: disputes.all.length }) },
        ]}
      />
      {entries.length === 0 && (
        <Text size="sm" c="dimmed" p="md">
          {disputes.all.length
            ? t('Everything in dispute is decided. Look once more, then submit.')
            : t('The answers do not differ in anything that could be named. Look at them side by side.')}
        </Text>
      )}
      <div className={list.scroll}>
        {entries.map((dispute) => (
          <DisputeCard key={dispute.key} desk={desk} dispute={dispute} />
        ))}
      </div>
      <SideBySide desk={desk} opened={beside} onClose={() => setBeside(false)} />
    </div>
  );
}

function DisputeCard({ desk, dispute }: { desk: Desk; dispute: Dispute }) {
  const { disputes, editor, flow } = desk;
  const decision = disputes.decisionOf(dispute);
  const place = disputes.place(dispute);
  const decide = (to: number | 'merged') => {
    disputes.decide(dispute, to);
    const next = disputes.open[0];
    const at = next && disputes.place(next);
    if (at) flow.show(at);
  };
  return (
    <section className={classes.card} data-testid="dispute" data-decided={decision !== undefined}>
      <UnstyledButton className={classes.title} onClick={() => place && flow.show(place)}>
        <Text size="sm" fw={600}>
          {dispute.doubts.map((doubt) => DOUBT_WORDS[doubt]).join(' ')}
        </Text>
        {dispute.posterior !== null && (
          <Text size="xs" c="dimmed" title={t('How likely it is there, from everybody’s answers so far')}>
            {percent(dispute.posterior, 1)}
          </Text>
        )}
      </UnstyledButton>
      <Stack gap={4}>
        {dispute.sides.map((side, number) => (
          <Choice
            key={number}
            desk={desk}
            name={answerName(number)}
            side={side}
            chosen={decision === number}
            disabled={editor.readOnly}
            onChoose={() => decide(number)}
          />
        ))}
        <Choice
          desk={desk}
          name={t('Merged')}
          side={disputes.standing(dispute) ?? null}
          chosen={decision === 'merged'}
          disabled={editor.readOnly}
          onChoose={() => decide('merged')}
        />
      </Stack>
    </section>
  );
}

interface ChoiceProps {
  desk: Desk;
  name: string;
  side: Annotation | null;
  chosen: boolean;
  disabled: boolean;
  onChoose: () => void;
}

function Choice({ desk, name, side, chosen, disabled, onChoose }: ChoiceProps) {
  const category = side ? desk.editor.categoryOf(side.category) : undefined;
  return (
    <button type="button" className={classes.choice} aria-pressed={chosen} disabled={disabled} onClick={onChoose} data-testid="choose">
      <span className={classes.who}>{name}</span>
      {side ? (
        <>
          <i className={list.dot} style={{ background: colorOf(category) }} />
          <span className={classes.what}>{category?.name ?? t('Unknown category')}</span>
        </>
      ) : (
        <span className={classes.nothing}>{t('nothing there')}</span>
      )}
    </button>
  );
}
