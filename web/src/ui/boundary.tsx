/** Catches what a page throws, so that a fault never leaves a blank screen. */
import { Button, Center, Code, Group, Stack, Text, Title } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { t } from '../language/language';

interface Props {
  children: ReactNode;
  /** A change of it gives the page a fresh start. */
  where: string;
}

export class Boundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.where !== this.props.where && this.state.error) this.setState({ error: null });
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return <Fault error={this.state.error} />;
  }
}

function Fault({ error }: { error: Error }) {
  const isStale = /dynamically imported module|Importing a module script failed/i.test(error.message);
  return (
    <Center mih={360} p="xl" role="alert">
      <Stack align="center" maw={560}>
        <Title order={1}>{isStale ? t('There is a newer version') : t('This page stumbled')}</Title>
        <Text ta="center" c="dimmed">
          {isStale
            ? t('The application was updated while this page was open. Reload to go on.')
            : t('Nothing you saved is lost. Reload the page; if it happens again, tell whoever runs this server what the line below says.')}
        </Text>
        {!isStale && <Code block>{error.message}</Code>}
        <Group>
          <Button onClick={() => window.location.reload()}>{t('Reload')}</Button>
          <Button variant="default" component="a" href="/">
            {t('Go to projects')}
          </Button>
        </Group>
      </Stack>
    </Center>
  );
}
