/** Learning: tests and courses of a project, one's skills, and what was checked of one's work. */
import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconLock, IconSchool } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import { client } from '../queries';
import classes from '../ui/learn/learn.module.css';
import { LessonCard } from '../ui/learn/lesson-card';
import { LessonForm } from '../ui/learn/lesson-form';
import { LessonResultsDialog } from '../ui/learn/lesson-results';
import { learnKey, lessonsOf, missingSkills } from '../ui/learn/queries';
import { SkillsPanel } from '../ui/learn/skills-panel';
import { ToldAnswers } from '../ui/learn/told-answers';
import type { Lesson } from '../ui/learn/wire';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer, Empty } from '../ui/state';
import { atLeast } from '../ui/words';

export default function Learn() {
  const { project } = useProject();
  const manages = atLeast(project.role, 'manager');
  const lessons = useQuery(lessonsOf(project.id));
  const missing = useQuery(missingSkills(project.id)).data ?? [];
  const [edited, setEdited] = useState<Lesson | 'new' | null>(null);
  const [shown, setShown] = useState<Lesson | null>(null);
  const fresh = manages && (
    <Button onClick={() => setEdited('new')} data-testid="new-lesson">
      {t('New test or course')}
    </Button>
  );
  return (
    <Page title={t('Learn')} order={2} about={t('Courses show your own answer over what is right. Tests grant the skills that some work asks for.')} actions={fresh}>
      <Stack>
        {missing.map((one) => (
          <Alert key={one.skill} icon={<IconLock />} color="yellow" data-testid="missing-skill">
            {t('{{count}} tasks wait for somebody with the skill “{{skill}}”.', { count: one.waiting, skill: one.skill })}{' '}
            {one.lessons.length > 0
              ? t('It is granted by: {{names}}.', { names: one.lessons.map(({ name }) => name).join(', ') })
              : t('No test grants it yet; a manager can.')}
          </Alert>
        ))}
        <Answer of={lessons}>
          {(found) =>
            found.length === 0 ? (
              <Empty icon={<IconSchool />} title={t('No tests or courses yet')}>
                {manages ? t('They ask gold items, whose right answer is known. Make some under Quality → Gold, then make a course.') : t('When a manager makes one, it appears here.')}
              </Empty>
            ) : (
              <div className={classes.cards}>
                {found.map((lesson) => (
                  <LessonCard key={lesson.id} lesson={lesson} manage={manages && <Manage lesson={lesson} onEdit={() => setEdited(lesson)} onShow={() => setShown(lesson)} />} />
                ))}
              </div>
            )
          }
        </Answer>
        <SkillsPanel />
        {!manages && (
          <ToldAnswers
            title={t('What was checked of your work')}
            empty={t('Nothing to see so far. Some items have a known answer; where the project tells people, your answer appears here beside it.')}
          />
        )}
      </Stack>
      {edited && <LessonForm project={project.id} lesson={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
      {shown && <LessonResultsDialog lesson={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function Manage({ lesson, onEdit, onShow }: { lesson: Lesson; onEdit: () => void; onShow: () => void }) {
  const retire = useMutation({
    mutationFn: () => api.patch(`/lessons/${lesson.id}`, { retired: !lesson.retired }),
    onSettled: () => client.invalidateQueries({ queryKey: learnKey(lesson.project) }),
  });
  return (
    <Group gap={4}>
      <Button size="compact-xs" variant="subtle" onClick={onShow} data-testid="results">
        {t('Results')}
      </Button>
      <Button size="compact-xs" variant="subtle" onClick={onEdit}>
        {t('Change')}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" loading={retire.isPending} onClick={() => retire.mutate()}>
        {lesson.retired ? t('Bring back') : t('Retire')}
      </Button>
    </Group>
  );
}
