/** The panel on the right: what is drawn next, what is selected, and all there is to know. */
import { Badge, Tabs } from '@mantine/core';
import { useState } from 'react';

import { AnnotationList } from './annotation-list';
import { Attributes } from './attributes';
import { CategoryBar } from './category-bar';
import type { Desk } from './desk';
import { GuidelinePanel } from './guideline';
import { Issues, type Pinning } from './issues';
import { Predictions } from './predictions';
import classes from './studio.module.css';
import { Tags } from './tags';
import { useSignal } from './use-signal';

interface Props {
  desk: Desk;
  pinning: Pinning;
  guideline: { changed: boolean; confirm: () => void };
}

export function Panel({ desk, pinning, guideline }: Props) {
  const { editor } = desk;
  useSignal(editor.store.changed, desk.issuesChanged, editor.view.changed);
  const open = desk.issues.filter((issue) => issue.state === 'open').length;
  const predicted = desk.predicted().length;
  const [tab, setTab] = useState<string | null>(() => firstTab(desk, guideline.changed, open, predicted));
  return (
    <aside className={classes.panel} aria-label="Annotations and more">
      {!editor.readOnly && <CategoryBar desk={desk} />}
      <Tags desk={desk} />
      <Attributes desk={desk} />
      <Tabs value={tab} onChange={setTab} className={classes.tabs} keepMounted={false}>
        <Tabs.List grow>
          <Tabs.Tab value="annotations" px={6}>
            Marked
          </Tabs.Tab>
          <Tabs.Tab value="predictions" px={6} rightSection={count(predicted, 'pine')} data-tour="predictions">
            Predicted
          </Tabs.Tab>
          <Tabs.Tab value="issues" px={6} rightSection={count(open, 'orange')}>
            Issues
          </Tabs.Tab>
          <Tabs.Tab value="guideline" px={6} rightSection={guideline.changed ? count(1, 'orange', 'new') : null}>
            Rules
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="annotations" className={classes.tabs}>
          <AnnotationList desk={desk} />
        </Tabs.Panel>
        <Tabs.Panel value="predictions" className={classes.tabs}>
          <Predictions desk={desk} />
        </Tabs.Panel>
        <Tabs.Panel value="issues" className={classes.tabs}>
          <Issues desk={desk} pinning={pinning} />
        </Tabs.Panel>
        <Tabs.Panel value="guideline" className={classes.tabs}>
          <GuidelinePanel desk={desk} changed={guideline.changed} onRead={guideline.confirm} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}

/** What needs to be seen first: a changed rule, then issues on returned work, then predictions. */
function firstTab(desk: Desk, changed: boolean, open: number, predicted: number): string {
  if (changed) return 'guideline';
  if (open > 0) return 'issues';
  return predicted > 0 && desk.editor.store.size === 0 ? 'predictions' : 'annotations';
}

function count(number: number, color: string, word?: string) {
  if (number === 0) return null;
  return (
    <Badge size="xs" variant="filled" color={color} radius="sm" px={4} style={{ flex: 'none', display: 'inline-flex' }} styles={{ label: { overflow: 'visible' } }}>
      {word ?? number}
    </Badge>
  );
}
