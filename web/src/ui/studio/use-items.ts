/** The way to other items of the project: what is at hand is saved first. */
import { useCallback, useMemo } from 'react';
import { useNavigate } from 'react-router';

import { t } from '../../language/language';
import type { Item, Project } from '../../wire';
import { tell, tellProblem } from '../notify';
import { studioPath } from '../places';
import type { Desk } from './desk';
import { closedTo, stageOf, stripOf } from './strip';

const PATIENCE = 4000; // milliseconds; what is unsaved by then waits in this browser, and is sent later

export interface ItemsWay {
  open(item: Item): void;
  step(by: 1 | -1): void;
}

export function useItems(desk: Desk, project: Project, member: string): ItemsWay {
  const navigate = useNavigate();
  const open = useCallback(
    (item: Item) => {
      if (!item.task || closedTo(item, project, member) || item.id === desk.envelope.item.id) return;
      const saved = desk.sync.flush().catch(() => undefined);
      const enough = new Promise((done) => setTimeout(done, PATIENCE));
      const to = studioPath(project.id, stageOf(item), item.task);
      void Promise.race([saved, enough]).then(() => navigate(to));
    },
    [desk, project, member, navigate],
  );
  const step = useCallback(
    (by: 1 | -1) => {
      stripOf(project.id)
        .neighbor(desk.envelope.item.id, by, (item) => closedTo(item, project, member) === null)
        .then((found) => (found ? open(found) : tell(by > 0 ? t('No open item comes after this one.') : t('No open item comes before this one.'))))
        .catch(tellProblem);
    },
    [desk, project, member, open],
  );
  return useMemo(() => ({ open, step }), [open, step]);
}
