/** “Cannot tell”, with a reason: an answer that is kept beside the others, not a gap. */
import { Switch, TextInput, Tooltip } from '@mantine/core';
import { useState } from 'react';

import { setUnsure, UNSAID } from '../../editor/changes';
import type { Editor } from '../../editor/editor';
import { t } from '../../language/language';
import type { Annotation } from '../../wire';
import { keyHint } from './own-keys';

export function Unsure({ editor, chosen }: { editor: Editor; chosen: Annotation[] }) {
  const ids = chosen.map(({ id }) => id);
  const isUnsure = chosen.every(({ unsure }) => unsure);
  if (editor.readOnly && !isUnsure) return null;
  return (
    <>
      <Tooltip label={t('Kept with your answer: whoever merges or reviews it sees that you could not tell') + keyHint('edit.unsure')}>
        <div>
          <Switch
            size="xs"
            label={t('Cannot tell')}
            checked={isUnsure}
            disabled={editor.readOnly}
            data-testid="unsure"
            onChange={(event) => setUnsure(editor, ids, event.currentTarget.checked ? UNSAID : null)}
          />
        </div>
      </Tooltip>
      {isUnsure && <Reason key={ids.join(' ')} editor={editor} ids={ids} said={chosen[0]!.unsure ?? ''} />}
    </>
  );
}

function Reason({ editor, ids, said }: { editor: Editor; ids: string[]; said: string }) {
  const [text, setText] = useState(said === UNSAID ? '' : said);
  const save = () => setUnsure(editor, ids, text.trim() || UNSAID);
  return (
    <TextInput
      size="xs"
      aria-label={t('Why one cannot tell')}
      placeholder={t('Why? Blurred, hidden, between two categories…')}
      maxLength={500}
      value={text}
      disabled={editor.readOnly}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  );
}
