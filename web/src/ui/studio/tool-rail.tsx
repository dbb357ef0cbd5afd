/** The tools, one below the other; titles and keys come from the action table. */
import { ActionIcon, Divider, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { type ComponentType, Fragment } from 'react';

import { ACTIONS, type Studio } from '../../editor/actions';
import { t } from '../../language/language';
import { Adjust } from './adjust';
import type { Desk } from './desk';
import { keyHint } from './own-keys';
import classes from './studio.module.css';
import { TOOL_GROUPS } from './tool-icons';
import { useSignal } from './use-signal';

/** More tools than this stand in two columns, so that all are seen. */
const CROWDED = 12;

const ZOOMS: [string, ComponentType<{ size: number }>][] = [
  ['view.in', IconZoomIn],
  ['view.out', IconZoomOut],
  ['view.fit', IconArrowsMaximize],
];

export function ToolRail({ desk, studio }: { desk: Desk; studio: Studio }) {
  useSignal(desk.hand.turned, desk.editor.categoryChanged);
  const usable = TOOL_GROUPS.flat().filter(([name]) => desk.hand.can(name)).length;
  const isCrowded = usable > CROWDED;
  return (
    <nav className={classes.rail} data-wide={isCrowded} aria-label={t('Tools')} data-tour="tools">
      {TOOL_GROUPS.map((group) => {
        const possible = group.filter(([name]) => desk.hand.can(name));
        if (possible.length === 0) return null;
        return (
          <Fragment key={group[0]![0]}>
            {possible.map(([name, Icon]) => (
              <Tool key={name} id={`tool.${name}`} studio={studio} active={name === desk.hand.current.name}>
                <Icon size={20} />
              </Tool>
            ))}
            <Divider w={isCrowded ? 70 : 28} my={2} />
          </Fragment>
        );
      })}
      {ZOOMS.map(([id, Icon]) => (
        <Tool key={id} id={id} studio={studio} active={false}>
          <Icon size={20} />
        </Tool>
      ))}
      <Divider w={isCrowded ? 70 : 28} my={4} />
      <Adjust desk={desk} />
    </nav>
  );
}

interface ToolProps {
  id: string;
  studio: Studio;
  active: boolean;
  children: React.ReactNode;
}

function Tool({ id, studio, active, children }: ToolProps) {
  const action = ACTIONS.find((entry) => entry.id === id)!;
  return (
    <Tooltip label={t(action.title) + keyHint(id)} position="right">
      <ActionIcon
        size={36}
        variant={active ? 'filled' : 'subtle'}
        color={active ? 'pine' : 'gray'}
        aria-label={t(action.title)}
        aria-pressed={active}
        data-testid={id}
        disabled={action.enabled?.(studio) === false}
        onClick={() => action.run(studio)}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
