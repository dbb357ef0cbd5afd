/** What a page shows while it loads, when there is nothing, and when something failed. */
import { Alert, Button, Center, Group, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { ProblemError } from '../api';
import { t } from '../language/language';
import { wordsOf } from './notify';

export function Loading({ rows = 4, height = 44 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="sm" aria-busy="true" aria-label={t('Loading')} role="status">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} />
      ))}
    </Stack>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { title, remedy } = wordsOf(error);
  const isMissing = error instanceof ProblemError && error.status === 404;
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={title} role="alert" maw={760} mx="auto">
      <Stack gap="sm" align="flex-start">
        {remedy && <Text size="sm">{remedy}</Text>}
        <Group>
          {onRetry && !isMissing && (
            <Button size="xs" variant="light" color="red" onClick={onRetry}>
              {t('Try again')}
            </Button>
          )}
          {isMissing && (
            <Button size="xs" variant="light" color="red" component={Link} to="/">
              {t('Go to projects')}
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

interface EmptyProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Nothing here yet, and what to do about it. */
export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <Center py={56} px="md">
      <Stack align="center" gap="xs" maw={480}>
        <ThemeIcon size={52} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
        <Title order={2} ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center" component="div">
          {children}
        </Text>
        {action && <Group mt="xs">{action}</Group>}
      </Stack>
    </Center>
  );
}

interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The answer of a query once it is there; its loading and failed states until then. */
export function Answer<T>({
  of,
  loading,
  children,
}: {
  of: Loaded<T>;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failure error={of.error} onRetry={() => void of.refetch()} />;
  return <>{loading ?? <Loading />}</>;
}
