/** Judging what an audit drew, without knowing who made it. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { t } from '../language/language';
import { Judging } from '../ui/audits/judging';
import { auditOf } from '../ui/audits/queries';
import { claimed } from '../ui/audits/words';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer } from '../ui/state';

export default function AuditJudge() {
  const { project } = useProject();
  const { a = '' } = useParams();
  const audit = useQuery({ ...auditOf(a), gcTime: 0 });
  return (
    <Answer of={audit}>
      {(data) => (
        <Page title={t('Audit of release {{tag}}', { tag: data.tag })} order={2} about={claimed(data, data.claims[0]!)}>
          <Judging key={data.id} audit={data} role={project.role} />
        </Page>
      )}
    </Answer>
  );
}
