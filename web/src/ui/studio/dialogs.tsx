/** The dialogs of the studio: skipping, returning, and the keys at a glance. */
import { Button, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { ACTIONS, type Action } from '../../editor/actions';
import { phrase, t } from '../../language/language';
import { KeyTable } from './key-table';

const REASONS: [string, string][] = [
  ['unclear', phrase('The rules do not say what to do here')],
  ['bad_image', phrase('The picture is broken or too poor')],
  ['nothing_to_label', phrase('There is nothing to mark')],
  ['not_my_skill', phrase('I cannot judge this')],
  ['other', phrase('Something else')],
];

interface SkipProps {
  opened: boolean;
  onClose: () => void;
  onSkip: (reason: string, comment: string) => void;
}

export function SkipDialog({ opened, onClose, onSkip }: SkipProps) {
  const [reason, setReason] = useState('unclear');
  const [comment, setComment] = useState('');
  return (
    <Modal opened={opened} onClose={onClose} title={t('Skip this item')}>
      <Stack>
        <Radio.Group value={reason} onChange={setReason} label={t('Why?')}>
          <Stack gap={8} mt={8}>
            {REASONS.map(([value, label]) => (
              <Radio key={value} value={value} label={t(label)} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label={t('A word to the manager')}
          autosize
          minRows={2}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Stay here')}
          </Button>
          <Button color="orange" onClick={() => onSkip(reason, comment)} data-testid="skip-confirm">
            {t('Skip')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface ReturnProps {
  opened: boolean;
  issues: number;
  marked: number;
  onClose: () => void;
  onReturn: (comment: string) => void;
}

export function ReturnDialog({ opened, issues, marked, onClose, onReturn }: ReturnProps) {
  const [comment, setComment] = useState('');
  const reasoned = issues > 0 || comment.trim() !== '';
  return (
    <Modal opened={opened} onClose={onClose} title={t('Return to the author')}>
      <Stack>
        <Text size="sm">
          {t('The item goes back to its author’s queue.')}
          {marked > 0 && ` ${t('{{count}} annotations are marked to be corrected.', { count: marked })}`}
          {issues > 0 && ` ${t('{{count}} issues are open.', { count: issues })}`}
        </Text>
        <Textarea
          label={t('What should be different?')}
          description={issues > 0 ? t('The open issues say it already; add to them if you like.') : undefined}
          autosize
          minRows={3}
          data-autofocus
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          data-testid="return-comment"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Stay here')}
          </Button>
          <Button color="orange" disabled={!reasoned} onClick={() => onReturn(comment)} data-testid="return-confirm">
            {t('Return')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function HelpDialog({ opened, onClose, categories }: { opened: boolean; onClose: () => void; categories: readonly Action[] }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t('Keys at a glance')} size="min(1000px, 92vw)">
      <KeyTable actions={[...ACTIONS, ...categories]} />
    </Modal>
  );
}
