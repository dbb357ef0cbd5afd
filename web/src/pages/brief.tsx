/** What the client asked for: summary, kinds, guideline pages, and what a release must prove. */
import { Badge, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import { brief as briefQuery, briefVersions } from '../queries';
import { BriefEditor } from '../ui/brief/editor';
import { BriefReading } from '../ui/brief/reading';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer } from '../ui/state';
import { atLeast, day } from '../ui/words';
import type { BriefView } from '../wire';

export default function Brief() {
  const { project } = useProject();
  const current = useQuery(briefQuery(project.id));
  const { data: versions = [] } = useQuery(briefVersions(project.id));
  const [wanted, setWanted] = useState<string | null>(null);
  const isOld = wanted !== null && Number(wanted) !== current.data?.version;
  const old = useQuery({
    queryKey: ['project', project.id, 'brief', 'version', wanted],
    queryFn: () => api.get<BriefView>(`/projects/${project.id}/brief/versions/${wanted}`),
    enabled: isOld,
  });
  const mayChange = atLeast(project.role, 'manager') && !isOld;
  return (
    <Page
      title={t('Brief')}
      order={2}
      about={t('What is asked for. Every submission names the version it followed; a changed page shows at the next task.')}
      actions={
        <>
          {isOld && <Badge variant="light" color="orange" tt="none">{t('An older version, to read only')}</Badge>}
          <Select
            w={210}
            aria-label={t('Version of the brief')}
            allowDeselect={false}
            data={versions.map(({ version, created_at }) => ({
              value: String(version),
              label: t('Version {{version}} · {{day}}', { version, day: day(created_at) }),
            }))}
            value={wanted ?? String(current.data?.version ?? '')}
            onChange={setWanted}
          />
        </>
      }
    >
      <Answer of={isOld ? old : current}>
        {(view) =>
          mayChange ? (
            <BriefEditor key={view.version} project={project.id} view={view} />
          ) : (
            <BriefReading project={project.id} brief={view.brief} />
          )
        }
      </Answer>
    </Page>
  );
}
