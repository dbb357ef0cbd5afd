/** Who may see the pages inside: somebody signed in, who is known to them through `useMe`. */
import { Box, Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';

import { useLanguage } from '../language/chosen';
import { t } from '../language/language';
import { session } from '../queries';
import type { Member } from '../wire';
import { Boundary } from './boundary';
import { Failure } from './state';

export function Waiting() {
  return (
    <Center mih="60vh">
      <Loader type="dots" aria-label={t('Loading')} />
    </Center>
  );
}

export function Root() {
  const { pathname } = useLocation();
  return (
    <Boundary where={pathname}>
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
    </Boundary>
  );
}

const LATER = 'labelwright.welcome-later';

/** Whether whoever uses this browser looks around first, and sets a password later. */
export const isPutOff = (): boolean => localStorage.getItem(LATER) === 'yes';
export const putOff = (): void => localStorage.setItem(LATER, 'yes');

export function Guard() {
  useLanguage();
  const { data, error, isPending, refetch } = useQuery(session);
  const { pathname, search } = useLocation();
  if (isPending) return <Waiting />;
  if (error && data === undefined) {
    return (
      <Center mih="80vh" p="xl">
        <Box maw={480} w="100%">
          <Failure error={error} onRetry={() => void refetch()} />
        </Box>
      </Center>
    );
  }
  if (!data) {
    const back = pathname + search;
    return <Navigate to={back === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(back)}`} replace />;
  }
  if (data.first_run && pathname !== '/welcome' && !isPutOff()) return <Navigate to="/welcome" replace />;
  return <Outlet />;
}

/** The member who is signed in; only inside Guard. */
export function useMe(): Member {
  const { data } = useQuery(session);
  if (!data) throw new Error('useMe stands outside of Guard');
  return data.member;
}
