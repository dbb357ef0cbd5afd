import { useQuery } from '@tanstack/react-query';

import { t } from '../language/language';
import { projects as projectsQuery } from '../queries';
import { JobList } from '../ui/jobs/job-list';
import { Page } from '../ui/page';

/** The jobs of every project. */
export default function Jobs() {
  const { data: projects = [] } = useQuery(projectsQuery());
  return (
    <Page title={t('Jobs')} about={t('Work that the server does on its own. It survives a restart.')}>
      <JobList nameOf={(id) => projects.find((entry) => entry.id === id)?.name} />
    </Page>
  );
}
