/** The frame of one page: its title, what it is for, and its main actions. */
import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Heading level: 1 for a page of its own, 2 inside a project. */
  order?: 1 | 2;
}

export function Page({ title, about, actions, children, order = 1 }: Props) {
  useDocumentTitle(`${title} · Labelwright`);
  return (
    <Box className="lw-width">
      <Group justify="space-between" align="flex-start" mb="md" gap="md">
        <Stack gap={2} style={{ minWidth: 0, flex: '1 1 320px' }}>
          <Title order={order} className="lw-break">
            {title}
          </Title>
          {about && (
            <Text c="dimmed" size="sm" component="div" maw={760}>
              {about}
            </Text>
          )}
        </Stack>
        {actions && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </Box>
  );
}
