/** What is on the desk, whether it is saved, and how to hand it in. */
import { ActionIcon, Badge, Button, Group, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconCommand, IconHistory, IconKeyboard, IconX } from '@tabler/icons-react';
import { Link } from 'react-router';

import type { Studio } from '../../editor/actions';
import { t } from '../../language/language';
import { projectPath } from '../places';
import { AttemptBadge } from './attempt-badge';
import type { Desk } from './desk';
import { keyHint } from './own-keys';
import { SaveStateView } from './save-state';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

interface Props {
  desk: Desk;
  studio: Studio;
  projectName: string;
  attempt: string | null;
  busy: boolean;
}

export function TopBar({ desk, studio, projectName, attempt, busy }: Props) {
  const { editor, envelope } = desk;
  useSignal(editor.store.changed);
  const { item, task } = envelope;
  return (
    <header className={classes.bar}>
      <Tooltip label={t('Leave the studio; the work stays a draft')}>
        <ActionIcon
          component={Link}
          to={projectPath(task.project, attempt ? 'learn' : '')}
          variant="subtle"
          color="gray"
          aria-label={t('Leave the studio')}
          data-testid="leave"
        >
          <IconX size={18} />
        </ActionIcon>
      </Tooltip>
      <Text size="sm" c="dimmed" className={classes.title} style={{ flexShrink: 2 }}>
        {projectName}
      </Text>
      <Text size="sm" fw={600} className={classes.title} title={item.name} data-testid="item-name">
        {item.name}
      </Text>
      {attempt && <AttemptBadge project={task.project} attempt={attempt} task={task.id} />}
      {desk.isReview && (
        <Tooltip label={t('Every submission of this item, in another tab')}>
          <Badge
            component={Link}
            to={`/items/${item.id}`}
            target="_blank"
            variant="light"
            color="orange"
            radius="sm"
            style={{ flex: 'none', cursor: 'pointer' }}
            rightSection={<IconHistory size={12} />}
            data-testid="history"
          >
            {envelope.submission?.author_name
              ? t('Review of {{name}}', { name: envelope.submission.author_name })
              : t('Review of imported work')}
          </Badge>
        </Tooltip>
      )}
      {desk.isAdjudication && (
        <Badge variant="light" color="grape" radius="sm" tt="none" style={{ flex: 'none' }} data-testid="adjudication">
          {t('{{count}} answers to decide between', { count: envelope.merge?.answers.length ?? 0 })}
        </Badge>
      )}
      {task.stage === 'annotate' && task.round > 1 && (
        <Badge variant="light" color="orange" radius="sm" style={{ flex: 'none' }} title={task.comment ?? undefined}>
          {t('Came back')}
        </Badge>
      )}
      <Group gap={4} wrap="nowrap">
        <Tooltip label={`${t('Undo')}${editor.history.nextUndo ? `: ${editor.history.nextUndo}` : ''}${keyHint('edit.undo')}`}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('Undo')} disabled={!editor.history.canUndo} onClick={() => editor.undo()}>
            <IconArrowBackUp size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('Redo') + keyHint('edit.redo')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('Redo')} disabled={!editor.history.canRedo} onClick={() => editor.redo()}>
            <IconArrowForwardUp size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <span style={{ flex: 1 }} />
      <SaveStateView sync={desk.sync} />
      <Group gap={4} wrap="nowrap">
        <Tooltip label={t('Find an action') + keyHint('task.palette')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('Find an action')} onClick={studio.openPalette}>
            <IconCommand size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('Keys at a glance') + keyHint('task.help')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('Keys at a glance')} onClick={studio.openHelp}>
            <IconKeyboard size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {desk.held ? <Closing desk={desk} studio={studio} busy={busy} /> : <Badge color="gray">{t('Only to look at')}</Badge>}
    </header>
  );
}

function Closing({ desk, studio, busy }: Pick<Props, 'desk' | 'studio' | 'busy'>) {
  return (
    <Group gap={6} wrap="nowrap" data-tour="submit">
      <Button size="xs" variant="default" disabled={busy} onClick={studio.skip} data-testid="skip">
        {t('Skip')}
      </Button>
      {desk.isReview ? (
        <>
          <Button size="xs" color="orange" variant="light" disabled={busy} onClick={studio.sendBack} data-testid="return">
            {t('Return')}
          </Button>
          <Button size="xs" loading={busy} onClick={studio.accept} data-testid="accept">
            {t('Accept')}
          </Button>
        </>
      ) : (
        <Tooltip label={t('Hand in') + keyHint('task.submit')}>
          <Button size="xs" loading={busy} onClick={studio.submit} data-testid="submit">
            {t('Submit')}
          </Button>
        </Tooltip>
      )}
    </Group>
  );
}
