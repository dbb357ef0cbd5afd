/** The grid of fast verification: a page of crops is judged at a glance. */
import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';

import { t } from '../language/language';
import { ontology as ontologyQuery, project as projectQuery, session } from '../queries';
import { projectPath } from '../ui/places';
import { Failure, Loading } from '../ui/state';
import { VerifyView } from '../ui/verify/verify-view';
import classes from '../ui/verify/verify.module.css';

export default function VerifyPage() {
  const { p = '' } = useParams();
  const project = useQuery(projectQuery(p));
  const ontology = useQuery(ontologyQuery(p));
  const member = useQuery(session).data?.member.id;
  const error = project.error ?? ontology.error;
  if (error) {
    return (
      <div className={classes.center} style={{ height: '100vh' }}>
        <Stack maw={520}>
          <Failure error={error} onRetry={() => void Promise.all([project.refetch(), ontology.refetch()])} />
          <Button component={Link} to={projectPath(p)} variant="default">
            {t('Back to the project')}
          </Button>
        </Stack>
      </div>
    );
  }
  if (!project.data || !ontology.data || !member) {
    return (
      <div className={classes.center} style={{ height: '100vh' }}>
        <div style={{ width: 420 }}>
          <Loading rows={3} />
        </div>
      </div>
    );
  }
  const categories = ontology.data.ontology.categories ?? [];
  return <VerifyView key={project.data.id} project={project.data} member={member} categories={categories} />;
}
