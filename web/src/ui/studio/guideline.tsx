/** The brief at hand while working, and word of a rule that changed. */
import { Alert, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../../language/language';
import { brief } from '../../queries';
import { BriefReading } from '../brief/reading';
import { Failure, Loading } from '../state';
import type { Desk } from './desk';
import classes from './studio.module.css';

const keyOf = (project: string, member: string) => `labelwright.guideline.${project}.${member}`;

/** The version of the brief a person has read; the current one is what the task names. */
export function useReadVersion(project: string, member: string, current: number) {
  const key = keyOf(project, member);
  const [read, setRead] = useState(() => Number(localStorage.getItem(key) ?? 0));
  const confirm = () => {
    localStorage.setItem(key, String(current));
    setRead(current);
  };
  // The first visit is no change: there was nothing to compare with.
  if (read === 0) localStorage.setItem(key, String(current));
  return { changed: read !== 0 && read < current, confirm };
}

export function GuidelinePanel({ desk, changed, onRead }: { desk: Desk; changed: boolean; onRead: () => void }) {
  const project = desk.envelope.task.project;
  const view = useQuery(brief(project));
  if (view.isPending) return <Loading />;
  if (view.isError) return <Failure error={view.error} onRetry={() => void view.refetch()} />;
  return (
    <div className={classes.scroll}>
      <Stack p="sm">
        {changed && (
          <Alert color="orange" title={t('The rules have changed')}>
            <Stack gap="xs" align="flex-start">
              {t('This is version {{version}}. Your submissions name the version they followed.', { version: desk.envelope.brief_version })}
              <Button size="compact-sm" variant="light" color="orange" onClick={onRead}>
                {t('I have read it')}
              </Button>
            </Stack>
          </Alert>
        )}
        <BriefReading project={project} brief={view.data.brief} />
      </Stack>
    </div>
  );
}
