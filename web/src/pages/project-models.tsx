import { Stack } from '@mantine/core';

import { t } from '../language/language';
import { Learning } from '../ui/models/learning';
import { PredictedList } from '../ui/models/predicted-list';
import { Prelabel } from '../ui/models/prelabel';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';

/** What models do in a project. */
export default function ProjectModels() {
  const { project } = useProject();
  return (
    <Page title={t('Models')} order={2} about={t('Models propose, people decide; every proposal keeps which model it is from.')}>
      <Stack>
        <Prelabel project={project.id} />
        <Learning project={project.id} />
        <PredictedList project={project.id} />
      </Stack>
    </Page>
  );
}
