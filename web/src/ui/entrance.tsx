/** The card of the pages before signing in. */
import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

import { AppearanceMenu, LanguageMenu } from './account-menu';
import { Logo } from './logo';

export function Entrance({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · Labelwright`);
  return (
    <Center component="main" mih="100vh" p="lg">
      <Group pos="fixed" top={14} right={14} gap="xs">
        <LanguageMenu />
        <AppearanceMenu />
      </Group>
      <Stack w="100%" maw={420} gap="lg">
        <Logo size={34} />
        <Paper p="xl" radius="lg">
          <Stack gap="md">
            <div>
              <Title order={1}>{title}</Title>
              {about && (
                <Text c="dimmed" mt={4} size="sm" component="div">
                  {about}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
