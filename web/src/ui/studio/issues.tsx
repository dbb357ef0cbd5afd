/** Issues pinned on the item, and what was said about them. */
import { Badge, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconPin } from '@tabler/icons-react';
import { useState } from 'react';

import { t } from '../../language/language';
import type { Issue } from '../../wire';
import { tellProblem } from '../notify';
import type { Desk } from './desk';
import { commentOn, openIssue, setIssue } from './server';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export interface Pinning {
  /** Where the next issue will stand: nowhere yet, being chosen, or at image points. */
  at: { x: number; y: number } | 'choosing' | null;
  set(at: Pinning['at']): void;
}

export function Issues({ desk, pinning }: { desk: Desk; pinning: Pinning }) {
  useSignal(desk.issuesChanged, desk.editor.selection.changed, desk.flow.changed);
  return (
    <div className={classes.scroll} data-testid="issues">
      <NewIssue desk={desk} pinning={pinning} />
      {desk.issues.length === 0 && (
        <Text size="sm" c="dimmed" px="md">
          {t('No issue was raised on this item.')}
        </Text>
      )}
      {desk.issues.map((issue) => (
        <OneIssue key={issue.id} desk={desk} issue={issue} />
      ))}
    </div>
  );
}

function NewIssue({ desk, pinning }: { desk: Desk; pinning: Pinning }) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const annotation = desk.editor.selection.only;
  const placed = pinning.at !== null && pinning.at !== 'choosing' ? pinning.at : null;
  const raise = async () => {
    setBusy(true);
    try {
      const where = placed ?? (annotation ? { annotation } : {});
      desk.setIssue(await openIssue(desk.envelope.item.id, { text, task: desk.envelope.task.id, ...where }));
      setText('');
      pinning.set(null);
    } catch (error) {
      tellProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const target = placed
    ? t('at {{x}}, {{y}}', { x: Math.round(placed.x), y: Math.round(placed.y) })
    : annotation
      ? t('on the selected annotation')
      : t('on the whole item');
  return (
    <Stack gap="xs" className={classes.section}>
      <Textarea
        size="xs"
        autosize
        minRows={2}
        maxRows={6}
        placeholder={t('What is wrong, and how should it be?')}
        aria-label={t('New issue')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="space-between" wrap="nowrap">
        <Button
          size="compact-xs"
          variant={pinning.at === 'choosing' ? 'filled' : 'default'}
          leftSection={<IconPin size={13} />}
          onClick={() => pinning.set(pinning.at === 'choosing' ? null : 'choosing')}
        >
          {pinning.at === 'choosing' ? t('Click on the picture') : t('Pin a place')}
        </Button>
        <Button size="compact-xs" disabled={!text.trim()} loading={busy} onClick={() => void raise()}>
          {t('Raise {{target}}', { target })}
        </Button>
      </Group>
    </Stack>
  );
}

function OneIssue({ desk, issue }: { desk: Desk; issue: Issue }) {
  const [answer, setAnswer] = useState('');
  const change = async (act: () => Promise<Issue>) => {
    try {
      desk.setIssue(await act());
    } catch (error) {
      tellProblem(error);
    }
  };
  const show = () => {
    if (issue.annotation) desk.editor.selection.select([issue.annotation]);
    if (issue.x !== null && issue.y !== null) {
      const [x, y] = [issue.x, issue.y];
      desk.editor.viewport.show({ left: x - 60, top: y - 60, right: x + 60, bottom: y + 60 });
    }
  };
  const open = issue.state === 'open';
  return (
    <Stack gap={6} id={`issue-${issue.id}`} className={classes.section} opacity={open ? 1 : 0.65} data-pointed={desk.flow.issue === issue.id}>
      <Group justify="space-between" wrap="nowrap">
        <Badge size="sm" radius="sm" variant="light" color={open ? 'orange' : 'pine'}>
          {issue.state}
        </Badge>
        <Group gap={4}>
          {(issue.annotation ?? issue.x) !== null && (
            <Button size="compact-xs" variant="subtle" onClick={show}>
              {t('Show')}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => void change(() => setIssue(issue.id, open ? 'resolved' : 'open'))}
          >
            {open ? t('Resolve') : t('Open again')}
          </Button>
        </Group>
      </Group>
      {issue.comments.map((comment) => (
        <div key={comment.id}>
          <Text size="xs" c="dimmed">
            {comment.author_name}, {new Date(comment.created_at).toLocaleString()}
          </Text>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {comment.text}
          </Text>
        </div>
      ))}
      {open && (
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <Textarea
            size="xs"
            autosize
            maxRows={4}
            flex={1}
            placeholder={t('Answer')}
            aria-label={t('Answer')}
            value={answer}
            onChange={(event) => setAnswer(event.currentTarget.value)}
          />
          <Button
            size="compact-xs"
            variant="default"
            disabled={!answer.trim()}
            onClick={() => void change(() => commentOn(issue.id, answer)).then(() => setAnswer(''))}
          >
            {t('Send')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
