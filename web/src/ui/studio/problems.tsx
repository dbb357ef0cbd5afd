/** The label rules that are broken right now: how many, each in words, and the way to the place. */
import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconArrowDown, IconArrowUp, IconExclamationCircle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

import { t } from '../../language/language';
import type { BrokenRule } from '../../wire';
import type { Desk } from './desk';
import { keyHint } from './own-keys';
import classes from './problems.module.css';
import { useSignal } from './use-signal';

const MOST = 100; // rows; the keys reach the others as well

export function Problems({ desk: { flow } }: { desk: Desk }) {
  const { problems } = flow;
  useSignal(problems.changed);
  const { all, current } = problems;
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  if (all.length === 0) return null;
  const errors = problems.errors.length;
  return (
    <section className={classes.problems} aria-label={t('Broken label rules')} data-testid="problems" data-errors={errors}>
      <header className={classes.head}>
        <Sign severity={errors > 0 ? 'error' : 'warning'} />
        <Text size="sm" fw={600} style={{ flex: 1 }} role="status">
          {t('Rules broken: {{number}}', { number: all.length })}
        </Text>
        <Way label={t('Previous broken rule')} action="problem.previous" onClick={() => problems.step(-1)}>
          <IconArrowUp size={15} />
        </Way>
        <Way label={t('Next broken rule')} action="problem.next" onClick={() => problems.step(1)}>
          <IconArrowDown size={15} />
        </Way>
      </header>
      <div className={classes.list}>
        {all.slice(0, MOST).map((problem, index) => (
          <button
            key={`${problem.rule} ${index}`}
            ref={problem === current ? chosen : null}
            type="button"
            className={classes.problem}
            data-current={problem === current}
            data-severity={problem.severity}
            data-testid="problem"
            title={problem.sentence}
            onClick={() => problems.go(problem)}
          >
            <Sign severity={problem.severity} />
            <span>{problem.sentence}</span>
          </button>
        ))}
        {all.length > MOST && (
          <Text size="xs" c="dimmed" px={10} py={4}>
            {t('and {{more}} more', { more: all.length - MOST })}
          </Text>
        )}
      </div>
    </section>
  );
}

/** A warning has another shape than what forbids handing in, not only another color. */
export function Sign({ severity }: Pick<BrokenRule, 'severity'>) {
  if (severity === 'error') return <IconExclamationCircle size={15} className={classes.sign} color="var(--lw-returned)" aria-label={t('Error')} />;
  return <IconAlertTriangle size={15} className={classes.sign} color="var(--lw-review, #d98b00)" aria-label={t('Warning')} />;
}

function Way({ label, action, onClick, children }: { label: string; action: string; onClick: () => void; children: React.ReactNode }) {
  return (
    <Tooltip label={`${label}${keyHint(action)}`}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
