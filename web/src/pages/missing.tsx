import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'react-router';

import { Empty } from '../ui/state';

export default function Missing() {
  return (
    <Empty
      icon={<IconMapOff />}
      title="There is no such page"
      action={
        <Button component={Link} to="/">
          Go to projects
        </Button>
      }
    >
      The address may be mistyped, or what it led to was removed.
    </Empty>
  );
}
