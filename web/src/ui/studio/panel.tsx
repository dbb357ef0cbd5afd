/** The panel on the right: what is drawn next, all there is to know, and what is selected. */
import { Badge, Tabs } from '@mantine/core';
import { useEffect, useState } from 'react';

import type { Studio } from '../../editor/actions';
import type { Tab } from '../../editor/flow';
import { t } from '../../language/language';
import type { Project } from '../../wire';
import { AnnotationList } from './annotation-list';
import { Attributes } from './attributes';
import { CategoryBar } from './category-bar';
import type { Desk } from './desk';
import { Disputes } from './disputes';
import { GuidelinePanel } from './guideline';
import { Issues, type Pinning } from './issues';
import { Predictions } from './predictions';
import { Problems } from './problems';
import classes from './studio.module.css';
import { Tags } from './tags';
import { useSignal } from './use-signal';

interface Props {
  desk: Desk;
  studio: Studio;
  project: Project;
  pinning: Pinning;
  guideline: { changed: boolean; confirm: () => void };
}

export function Panel({ desk, studio, project, pinning, guideline }: Props) {
  const { editor, flow } = desk;
  useSignal(editor.store.changed, desk.disputes.changed, desk.issuesChanged, flow.changed, flow.proposals.changed);
  const open = desk.issues.filter((issue) => issue.state === 'open').length;
  const proposed = flow.proposals.shown().length;
  // What needs to be seen first is settled once; from then on the person chooses.
  const [first] = useState(() => firstTab(desk, guideline.changed, open, proposed));
  const tab = flow.tab ?? first;
  const tight = desk.isAdjudication; // there is a tab more
  useEffect(() => {
    if (flow.issue && tab === 'issues') document.getElementById(`issue-${flow.issue}`)?.scrollIntoView({ block: 'nearest' });
  });
  return (
    <aside className={classes.panel} aria-label={t('Annotations and more')}>
      {!editor.readOnly && <CategoryBar desk={desk} />}
      <Tags desk={desk} />
      <Problems desk={desk} />
      <Tabs value={tab} styles={{ tab: { flex: '1 1 auto' }, ...(tight && { tabLabel: { fontSize: 12 } }) }} onChange={(value) => flow.set({ tab: value as Tab })} className={classes.tabs} keepMounted={false}>
        <Tabs.List grow>
          {desk.isAdjudication && (
            <Tabs.Tab value="disputes" px={tight ? 2 : 6} rightSection={counter(desk.disputes.open.length, 'grape')}>
              {t('Disputes')}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="annotations" px={tight ? 2 : 6}>
            {t('Marked')}
          </Tabs.Tab>
          <Tabs.Tab value="predictions" px={tight ? 2 : 6} rightSection={counter(proposed, 'pine')} data-tour="predictions">
            {t('Proposed')}
          </Tabs.Tab>
          <Tabs.Tab value="issues" px={tight ? 2 : 6} rightSection={counter(open, 'orange')}>
            {t('Issues')}
          </Tabs.Tab>
          <Tabs.Tab value="guideline" px={tight ? 2 : 6} rightSection={guideline.changed ? counter(1, 'orange', t('new')) : null}>
            {t('Rules')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="disputes" className={classes.tabs}>
          <Disputes desk={desk} />
        </Tabs.Panel>
        <Tabs.Panel value="annotations" className={classes.tabs}>
          <AnnotationList desk={desk} studio={studio} />
        </Tabs.Panel>
        <Tabs.Panel value="predictions" className={classes.tabs}>
          <Predictions desk={desk} project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="issues" className={classes.tabs}>
          <Issues desk={desk} pinning={pinning} />
        </Tabs.Panel>
        <Tabs.Panel value="guideline" className={classes.tabs}>
          <GuidelinePanel desk={desk} changed={guideline.changed} onRead={guideline.confirm} />
        </Tabs.Panel>
      </Tabs>
      <div className={classes.chosen}>
        <Attributes desk={desk} />
      </div>
    </aside>
  );
}

/** What needs to be seen first: a changed rule, then issues on returned work, then predictions. */
function firstTab(desk: Desk, changed: boolean, open: number, proposed: number): Tab {
  if (desk.isAdjudication) return 'disputes';
  if (changed) return 'guideline';
  if (open > 0) return 'issues';
  return proposed > 0 && desk.editor.store.size === 0 ? 'predictions' : 'annotations';
}

function counter(number: number, color: string, word?: string) {
  if (number === 0) return null;
  return (
    <Badge size="xs" variant="filled" color={color} radius="sm" px={4} style={{ flex: 'none', display: 'inline-flex' }} styles={{ label: { overflow: 'visible' } }}>
      {word ?? number}
    </Badge>
  );
}
