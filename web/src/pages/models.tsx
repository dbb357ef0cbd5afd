import { Button, SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { t } from '../language/language';
import { useMe } from '../ui/guard';
import { ModelCard } from '../ui/models/model-card';
import { openOwnModel } from '../ui/models/own-model';
import { models } from '../ui/models/wire';
import { Page } from '../ui/page';
import { Answer, Loading } from '../ui/state';
import { atLeast } from '../ui/words';

/** The models of this server. */
export default function Models() {
  const member = useMe();
  const found = useQuery(models());
  const mayManage = atLeast(member.role, 'manager');
  return (
    <Page
      title={t('Models')}
      about={t('They suggest, people decide. Models run on this server and need no network once they are installed.')}
      actions={mayManage && <Button onClick={openOwnModel}>{t('Add from a file')}</Button>}
    >
      <Answer of={found} loading={<Loading rows={4} height={120} />}>
        {(list) => (
          <SimpleGrid cols={{ base: 1, md: 2 }} style={{ alignItems: 'start' }}>
            {list.map((model) => (
              <ModelCard key={model.name} model={model} mayManage={mayManage} />
            ))}
          </SimpleGrid>
        )}
      </Answer>
    </Page>
  );
}
