import { t } from '../language/language';
import { JobList } from '../ui/jobs/job-list';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';

/** The jobs of one project. */
export default function ProjectJobs() {
  const { project } = useProject();
  return (
    <Page title={t('Jobs')} order={2} about={t('Work that the server does on its own. It survives a restart.')}>
      <JobList project={project.id} />
    </Page>
  );
}
