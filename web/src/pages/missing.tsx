import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'react-router';

import { t } from '../language/language';
import { Empty } from '../ui/state';

export default function Missing() {
  return (
    <Empty
      icon={<IconMapOff />}
      title={t('There is no such page')}
      action={
        <Button component={Link} to="/">
          {t('Go to projects')}
        </Button>
      }
    >
      {t('The address may be mistyped, or what it led to was removed.')}
    </Empty>
  );
}
