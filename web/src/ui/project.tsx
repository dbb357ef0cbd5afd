/** The project that the pages of a project stand in. */
import { useOutletContext } from 'react-router';

import type { Project } from '../wire';

export interface Standing {
  project: Project;
  /** Whether live events arrive. */
  isLive: boolean;
}

export function useProject(): Standing {
  return useOutletContext<Standing>();
}
