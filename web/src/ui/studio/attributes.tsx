/** What is known of the selected annotations, and can be changed: category and attributes. */
import {
  Button,
  Checkbox,
  Chip,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { judge, nameError, recategorize, remove, setAttribute } from '../../editor/changes';
import { t } from '../../language/language';
import { shapesOf } from '../../model/ontology';
import type { Annotation, AttributeSpec, AttributeValue } from '../../wire';
import { Bonds } from './bonds';
import { errorCodes, offered } from '../error-codes';
import type { Desk } from './desk';
import { Unsure } from './unsure';
import { Keypoints } from './keypoints';
import { keyHint } from './own-keys';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export function Attributes({ desk }: { desk: Desk }) {
  const { editor } = desk;
  useSignal(editor.store.changed, editor.selection.changed);
  const chosen = editor.selected();
  if (chosen.length === 0) return null;
  const first = chosen[0]!;
  const same = chosen.every((annotation) => annotation.category === first.category);
  const kinds = new Set(chosen.map((annotation) => annotation.shape?.kind ?? 'tag'));
  const possible = (editor.ontology.categories ?? []).filter((entry) =>
    [...kinds].every((kind) => shapesOf(entry).includes(kind)),
  );
  const ids = chosen.map((annotation) => annotation.id);
  return (
    <Stack gap="xs" className={classes.section} data-testid="attributes">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {chosen.length === 1 ? t('Selected annotation') : t('{{number}} selected', { number: chosen.length })}
        </Text>
        {!editor.readOnly && (
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => remove(editor, ids)}>
            {t('Delete')}
          </Button>
        )}
      </Group>
      <Select
        size="xs"
        aria-label={t('Category')}
        placeholder={t('Different categories')}
        searchable
        disabled={editor.readOnly}
        data={possible.map((entry) => ({ value: entry.id, label: entry.name }))}
        value={same ? first.category : null}
        onChange={(value) => value && recategorize(editor, ids, value)}
      />
      {sharedBy(chosen, editor).map((spec) => (
        <Field key={`${first.id} ${spec.id}`} desk={desk} spec={spec} chosen={chosen} />
      ))}
      <Unsure editor={editor} chosen={chosen} />
      {chosen.length === 1 && <Keypoints desk={desk} annotation={first} />}
      {chosen.length === 1 && <Bonds desk={desk} annotation={first} />}
      {chosen.length === 1 && <Origin annotation={first} />}
      {desk.isReview && !editor.readOnly && (
        <Group gap="xs" grow>
          <Button size="compact-sm" variant="light" onClick={() => judge(editor, ids, 'accepted')}>
            {t('Accept')}
            {keyHint('review.accept')}
          </Button>
          <Button size="compact-sm" variant="light" color="orange" onClick={() => judge(editor, ids, 'returned')}>
            {t('Correct this')}
            {keyHint('review.return')}
          </Button>
        </Group>
      )}
      {desk.isReview && !editor.readOnly && <ErrorCodes project={desk.envelope.task.project} editor={editor} chosen={chosen} />}
    </Stack>
  );
}

/** What is wrong with it: one press marks it as to be corrected and says why. */
function ErrorCodes({ project, editor, chosen }: { project: string; editor: Desk['editor']; chosen: Annotation[] }) {
  const { data } = useQuery(errorCodes(project));
  const named = (code: string) => chosen.every(({ evidence }) => evidence?.errors?.includes(code) ?? false);
  return (
    <Group gap={4} role="group" aria-label={t('What is wrong')} data-testid="error-codes">
      {offered(data).map(({ code, word, told }) => (
        <Button
          key={code}
          size="compact-xs"
          color="orange"
          title={told || undefined}
          variant={named(code) ? 'filled' : 'default'}
          aria-pressed={named(code)}
          onClick={() => nameError(editor, chosen.map(({ id }) => id), code)}
        >
          {word}
        </Button>
      ))}
    </Group>
  );
}

/** The attributes that all have: of one category all of its own, of several those that are the same. */
function sharedBy(chosen: readonly Annotation[], editor: Desk['editor']): AttributeSpec[] {
  const [first = [], ...others] = [...new Set(chosen.map(({ category }) => category))].map(
    (category) => editor.categoryOf(category)?.attributes ?? [],
  );
  const isSame = (a: AttributeSpec, b: AttributeSpec) => JSON.stringify(a) === JSON.stringify(b);
  return first.filter((spec) => others.every((specs) => specs.some((other) => isSame(spec, other))));
}

function Origin({ annotation }: { annotation: Annotation }) {
  const { evidence } = annotation;
  if (!evidence?.model) return null;
  const score = evidence.score == null ? '' : `, ${t('score {{score}}', { score: evidence.score.toFixed(2) })}`;
  return (
    <Text size="xs" c="dimmed">
      {t('From {{model}}', { model: evidence.model })}
      {score}
    </Text>
  );
}

interface FieldProps {
  desk: Desk;
  spec: AttributeSpec;
  chosen: Annotation[];
}

function Field({ desk: { editor }, spec, chosen }: FieldProps) {
  const values = chosen.map((annotation) => annotation.attributes?.[spec.id]);
  const same = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));
  const value = same ? values[0] : undefined;
  const set = (next: AttributeValue | undefined) =>
    setAttribute(editor, chosen.map((annotation) => annotation.id), spec.id, next);
  const common = {
    label: same ? spec.name : <Mixed name={spec.name} />,
    'aria-label': same ? spec.name : `${spec.name}, ${t('mixed')}`,
    size: 'xs',
    withAsterisk: spec.required === true,
    disabled: editor.readOnly,
    ...(!same && { placeholder: t('Mixed') }),
  };
  const missing = spec.required && value === undefined && same ? t('Required') : null;
  const options = (spec.options ?? []).map((option) => ({ value: option.id, label: option.name }));
  switch (spec.kind) {
    case 'choice':
      return options.length <= 4 ? (
        <Choice spec={spec} isMixed={!same} value={value} missing={missing} set={set} disabled={editor.readOnly} />
      ) : (
        <Select {...common} error={missing} clearable={!spec.required} data={options} value={(value as string) ?? null} onChange={(v) => set(v ?? undefined)} />
      );
    case 'choices':
      return <MultiSelect {...common} error={missing} data={options} value={(value as string[]) ?? []} onChange={(v) => set(v.length ? v : undefined)} />;
    case 'flag':
      return (
        <Checkbox
          {...common}
          label={
            <>
              {common.label}
              {spec.required && ' *'}
            </>
          }
          checked={value === true}
          indeterminate={value === undefined}
          error={missing}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          error={missing}
          min={spec.minimum ?? undefined}
          max={spec.maximum ?? undefined}
          value={(value as number) ?? ''}
          onChange={(v) => set(typeof v === 'number' ? v : undefined)}
        />
      );
    case 'text':
      return <TextField common={common} missing={missing} value={(value as string) ?? ''} set={set} />;
  }
}

/** The name of an attribute that the selected do not agree about. */
function Mixed({ name }: { name: string }) {
  return (
    <>
      {name}{' '}
      <Text span size="xs" c="dimmed" fw={400} data-testid="mixed">
        {t('mixed')}
      </Text>
    </>
  );
}

interface ChoiceProps {
  spec: AttributeSpec;
  isMixed: boolean;
  value: AttributeValue | undefined;
  missing: string | null;
  set: (value: AttributeValue | undefined) => void;
  disabled: boolean;
}

function Choice({ spec, isMixed, value, missing, set, disabled }: ChoiceProps) {
  return (
    <Stack gap={3}>
      <Text size="xs" fw={500}>
        {isMixed ? <Mixed name={spec.name} /> : spec.name}
        {spec.required && <Text span c="red"> *</Text>}
      </Text>
      <Chip.Group value={(value as string) ?? ''} onChange={(next) => set(next as string)}>
        <Group gap={5}>
          {(spec.options ?? []).map((option) => (
            <Chip key={option.id} value={option.id} size="xs" radius="sm" disabled={disabled}>
              {option.name}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {missing && (
        <Text size="xs" c="red">
          {missing}
        </Text>
      )}
    </Stack>
  );
}

interface TextProps {
  common: { label: React.ReactNode; size: string; withAsterisk: boolean; disabled: boolean };
  missing: string | null;
  value: string;
  set: (value: string | undefined) => void;
}

/** A text is one step of the history when it is left, not one for each letter. */
function TextField({ common, missing, value, set }: TextProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <Textarea
      {...common}
      error={missing}
      autosize
      maxRows={4}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => text !== value && set(text || undefined)}
    />
  );
}
