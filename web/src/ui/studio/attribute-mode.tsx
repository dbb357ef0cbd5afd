/** One attribute of one object at a time, large at the foot of the surface; played by keys alone. */
import { Button, Kbd, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowLeft, IconArrowRight, IconArrowUp, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

import { type Asking, objectOf, OPTION_KEYS, progressOf, type Question } from '../../editor/asking';
import { t } from '../../language/language';
import { Marked } from '../../language/marked';
import type { AttributeSpec, AttributeValue } from '../../wire';
import type { Desk } from './desk';
import classes from './flow.module.css';
import { useSignal } from './use-signal';

export function AttributeMode({ desk: { editor, flow } }: { desk: Desk }) {
  useSignal(flow.askingChanged, editor.store.changed, flow.listing.changed);
  const { asking } = flow;
  if (!asking) return null;
  const { question } = asking;
  const id = objectOf(asking);
  const { done, of } = progressOf(asking, flow.world());
  const value = id && question ? editor.store.get(id)?.attributes?.[question.spec.id] : undefined;
  return (
    <section className={classes.asking} aria-label={t('One attribute at a time')} data-testid="asking">
      <header className={classes.askingHead}>
        <Step label={t('Attribute before')} icon={<IconArrowUp size={16} />} onClick={() => flow.ask({ kind: 'question', by: -1 })} />
        <Step label={t('Next attribute')} icon={<IconArrowDown size={16} />} onClick={() => flow.ask({ kind: 'question', by: 1 })} />
        <strong className={classes.askingTitle} data-testid="asking-progress">
          {question ? t('{{name}}: {{done}} of {{of}}', { name: question.spec.name, done, of }) : t('Nothing to ask')}
        </strong>
        {question && (
          <Text size="sm" c="dimmed" component="span" className={classes.askingOf}>
            {question.category.name}
            {id && ` ${flow.listing.numberOf(id)}`}
          </Text>
        )}
        <Button size="compact-xs" variant="default" onClick={() => flow.ask({ kind: 'scope' })} data-testid="asking-scope">
          {asking.scope === 'missing' ? t('Those without an answer') : t('All')}
        </Button>
        <Step label={t('Object before')} icon={<IconArrowLeft size={16} />} onClick={() => flow.ask({ kind: 'object', by: -1 })} />
        <Step label={t('Next object')} icon={<IconArrowRight size={16} />} onClick={() => flow.ask({ kind: 'object', by: 1 })} />
        <Step label={t('Leave (Escape)')} icon={<IconX size={16} />} onClick={() => flow.toggleAsking()} />
      </header>
      <progress className={classes.askingBar} max={Math.max(1, of)} value={done} aria-label={t('{{done}} of {{of}} answered', { done, of })} />
      <div aria-live="polite">
        {question && id ? <Answers key={`${question.spec.id} ${id}`} desk={{ flow }} question={question} value={value} /> : <Finished asking={asking} />}
      </div>
      {asking.fault && (
        <Text size="sm" c="red" role="alert" mt={6}>
          {asking.fault}
        </Text>
      )}
    </section>
  );
}

function Finished({ asking }: { asking: Asking }) {
  const words = !asking.question
    ? t('No annotation of the list has attributes.')
    : asking.queue.length === 0 && asking.scope === 'missing'
      ? t('Every object has this attribute.')
      : t('That was the last one.');
  return (
    <Text size="md" py={6} data-testid="asking-done">
      {words}{' '}
      <Marked
        sentence="<down>↓</down> goes on to the next attribute, <escape>Esc</escape> leaves."
        parts={{ down: <Kbd size="xs" />, escape: <Kbd size="xs" /> }}
      />
    </Text>
  );
}

interface AnswerProps {
  desk: Pick<Desk, 'flow'>;
  question: Question;
  value: AttributeValue | undefined;
}

function Answers({ desk, question: { spec }, value }: AnswerProps) {
  if (spec.kind === 'text' || spec.kind === 'number') return <Written desk={desk} spec={spec} value={value} />;
  const isChosen = (option: AttributeValue) => (Array.isArray(value) ? value.includes(option as string) : value === option);
  const options =
    spec.kind === 'flag'
      ? ([['Y', t('Yes'), true], ['N', t('No'), false]] as const)
      : (spec.options ?? []).map((option, index) => [OPTION_KEYS[index] ?? '', option.name, option.id] as const);
  const several = spec.kind === 'choices';
  return (
    <div className={classes.options} role="group" aria-label={spec.name}>
      {options.map(([key, name, option], index) => (
        <button
          key={name + String(option)}
          type="button"
          className={classes.option}
          aria-pressed={isChosen(option)}
          onClick={() => {
            // An option beyond the keys is chosen with the pointer.
            if (key) desk.flow.ask({ kind: 'pick', key });
            else if (!several) desk.flow.ask({ kind: 'answer', value: spec.options![index]!.id });
            else desk.flow.ask({ kind: 'answer', value: toggled(value, spec.options![index]!.id), stay: true });
          }}
        >
          {key && <kbd className={classes.optionKey}>{key}</kbd>}
          <span>{name}</span>
        </button>
      ))}
      {several && (
        <Text size="xs" c="dimmed" component="span" style={{ alignSelf: 'center' }}>
          {t('Enter goes on')}
        </Text>
      )}
    </div>
  );
}

function toggled(value: AttributeValue | undefined, option: string): string[] | undefined {
  const held = Array.isArray(value) ? value : [];
  const next = held.includes(option) ? held.filter((entry) => entry !== option) : [...held, option];
  return next.length > 0 ? next : undefined;
}

/** A text or a number is typed; Enter takes it, and arrows at its ends lead on. */
function Written({ desk: { flow }, spec, value }: { desk: Pick<Desk, 'flow'>; spec: AttributeSpec; value: AttributeValue | undefined }) {
  const before = value === undefined ? '' : String(value);
  const [text, setText] = useState(before);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus({ preventScroll: true });
    input.current?.select();
    // The picture has the keys again when nothing is typed any more.
    return () => document.querySelector<HTMLElement>('[data-testid="surface"]')?.focus({ preventScroll: true });
  }, []);
  // What was typed is kept on the way elsewhere; where it cannot be taken, nobody goes.
  const kept = (go: () => void) => () => {
    if (text.trim() !== before) flow.ask({ kind: 'text', text, stay: true });
    if (!flow.asking?.fault) go();
  };
  const step = (kind: 'object' | 'question', by: 1 | -1) => kept(() => flow.ask({ kind, by }));
  const keys: Record<string, () => void> = {
    Enter: () => flow.ask({ kind: 'text', text }),
    Escape: kept(() => flow.toggleAsking()),
    ArrowUp: step('question', -1),
    ArrowDown: step('question', 1),
    Tab: step('object', 1),
    'Shift+Tab': step('object', -1),
    ...(text === '' && { ArrowLeft: step('object', -1), ArrowRight: step('object', 1) }),
  };
  return (
    <TextInput
      ref={input}
      size="md"
      aria-label={spec.name}
      inputMode={spec.kind === 'number' ? 'decimal' : 'text'}
      placeholder={spec.kind === 'number' ? t('A number, then Enter') : t('A text, then Enter')}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        // An Enter that ends a composition belongs to the writing.
        const act = event.nativeEvent.isComposing ? undefined : keys[(event.shiftKey ? 'Shift+' : '') + event.key];
        if (!act) return;
        event.preventDefault();
        event.stopPropagation();
        act();
      }}
    />
  );
}

function Step({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick: () => void }) {
  return (
    <button type="button" className={classes.step} aria-label={label} title={label} onClick={onClick}>
      {icon}
    </button>
  );
}
