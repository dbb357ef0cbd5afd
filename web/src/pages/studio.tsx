/** The studio: where people draw, correct and review. */
import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useLocation, useParams, useSearchParams } from 'react-router';

import { boundsOfShape } from '../geometry/shapes';
import { t } from '../language/language';
import { project, session } from '../queries';
import { AttemptEnd } from '../ui/learn/attempt-end';
import { missingSkills } from '../ui/learn/queries';
import { projectPath, studioPath, verifyPath } from '../ui/places';
import { Failure, Loading } from '../ui/state';
import type { Desk } from '../ui/studio/desk';
import { StudioView } from '../ui/studio/studio-view';
import classes from '../ui/studio/studio.module.css';
import { useDesk } from '../ui/studio/use-desk';
import type { Project, Stage } from '../wire';

const STAGES: Stage[] = ['annotate', 'adjudicate', 'review'];

export default function StudioPage() {
  const { p = '' } = useParams();
  const [search] = useSearchParams();
  const stage = STAGES.find((one) => one === search.get('stage')) ?? 'annotate';
  const found = useQuery(project(p));
  const who = useQuery(session).data?.member.id;
  // Every way here is a visit of its own, also the one that leads to the same task again.
  const { key: visit } = useLocation();
  if (found.isError) {
    return (
      <div className={classes.center}>
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      </div>
    );
  }
  if (!found.data || !who) return <Waiting />;
  return <Work key={`${p} ${stage} ${visit}`} project={found.data} stage={stage} task={search.get('task')} attempt={search.get('attempt')} annotation={search.get('annotation')} member={who} />;
}

interface WorkProps {
  project: Project;
  stage: Stage;
  task: string | null;
  /** An attempt at a test or course, whose items come one after the other. */
  attempt: string | null;
  /** Shown first, where the item has it. */
  annotation: string | null;
  member: string;
}

function Work({ project: at, stage, task, attempt, annotation, member }: WorkProps) {
  const work = useDesk(at.id, stage, { task, attempt }, member);
  useShownFirst(work.desk, annotation);
  if (work.failure) {
    return (
      <div className={classes.center}>
        <Stack maw={520}>
          <Failure error={work.failure} onRetry={work.retry} />
          <Button component={Link} to={projectPath(at.id)} variant="default">
            {t('Back to {{name}}', { name: at.name })}
          </Button>
        </Stack>
      </div>
    );
  }
  if (work.done && attempt) {
    return (
      <div className={classes.center}>
        <AttemptEnd project={at.id} attempt={attempt} />
      </div>
    );
  }
  if (work.done) return <NothingLeft project={at} stage={stage} onLook={work.retry} />;
  if (!work.desk) return <Waiting />;
  return <StudioView key={work.desk.envelope.task.id} work={work} desk={work.desk} project={at} member={member} attempt={attempt} />;
}

/** Selects an annotation and shows it large, as soon as there is a surface to show it on. */
function useShownFirst(desk: Desk | null | undefined, id: string | null): void {
  useEffect(() => {
    if (!desk || !id) return undefined;
    const { editor } = desk;
    const aim = () => {
      const shape = editor.store.get(id)?.shape;
      if (!shape || editor.viewport.width <= 1) return;
      stop();
      editor.selection.select([id]);
      editor.viewport.show(boundsOfShape(shape), 160);
    };
    const stop = editor.viewport.changed.subscribe(aim);
    aim();
    return stop;
  }, [desk, id]);
}

function Waiting() {
  return (
    <div className={classes.center}>
      <div style={{ width: 420 }}>
        <Loading rows={3} />
      </div>
    </div>
  );
}

function NothingLeft({ project: at, stage, onLook }: { project: Project; stage: Stage; onLook: () => void }) {
  const other: Stage = stage === 'annotate' ? 'review' : 'annotate';
  const mayReview = at.role !== 'annotator';
  const missing = useQuery(missingSkills(at.id)).data ?? [];
  const nothing = {
    annotate: {
      title: t('Nothing waits for you here'),
      more: t('Every item of this project is handed in, held by somebody, or done. Work that comes back to you appears here.'),
    },
    adjudicate: {
      title: t('Nothing is in dispute'),
      more: t('No answers differ so far that somebody must decide, or the rest is held by somebody or was answered by you.'),
    },
    review: {
      title: t('Nothing waits for review'),
      more: t('Every submission is reviewed, held by somebody, or your own. New ones appear here as they are handed in.'),
    },
  };
  return (
    <div className={classes.center} data-testid="nothing-left">
      <Stack align="center" maw={460} ta="center">
        <Title order={1}>{missing.length > 0 ? t('This work asks for a skill') : nothing[stage].title}</Title>
        {missing.length === 0 && <Text c="dimmed">{nothing[stage].more}</Text>}
        {missing.map((one) => (
          <Alert key={one.skill} icon={<IconLock />} color="yellow" ta="start" data-testid="missing-skill">
            {t('{{count}} tasks wait for somebody with the skill “{{skill}}”.', { count: one.waiting, skill: one.skill })}
          </Alert>
        ))}
        {missing.length > 0 && (
          <Button component={Link} to={projectPath(at.id, 'learn')}>
            {t('See how to gain it')}
          </Button>
        )}
        <Group>
          <Button component={Link} to={projectPath(at.id)}>
            {t('Back to {{name}}', { name: at.name })}
          </Button>
          {(stage !== 'annotate' || mayReview) && (
            <Button component={Link} to={studioPath(at.id, other)} variant="default">
              {other === 'review' ? t('Review instead') : t('Annotate instead')}
            </Button>
          )}
          <Button component={Link} to={verifyPath(at.id)} variant="default">
            {t('Open the review grid')}
          </Button>
          <Button variant="subtle" onClick={onLook}>
            {t('Look again')}
          </Button>
        </Group>
      </Stack>
    </div>
  );
}
