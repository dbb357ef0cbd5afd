import { JobList } from '../ui/jobs/job-list';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';

/** The jobs of one project. */
export default function ProjectJobs() {
  const { project } = useProject();
  return (
    <Page title="Jobs" order={2} about="Work that the server does on its own. It survives a restart.">
      <JobList project={project.id} />
    </Page>
  );
}
