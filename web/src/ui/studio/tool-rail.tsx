/** The tools, one below the other; titles and keys come from the action table. */
import { ActionIcon, Button, Divider, Popover, Slider, Stack, Switch, Text, Tooltip } from '@mantine/core';
import {
  IconAdjustments,
  IconArrowsMaximize,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { type ComponentType, Fragment, useState } from 'react';

import { ACTIONS, type Studio } from '../../editor/actions';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { TOOL_GROUPS } from './tool-icons';
import { useSignal } from './use-signal';

const ZOOMS: [string, ComponentType<{ size: number }>][] = [
  ['view.in', IconZoomIn],
  ['view.out', IconZoomOut],
  ['view.fit', IconArrowsMaximize],
];

export function ToolRail({ desk, studio }: { desk: Desk; studio: Studio }) {
  useSignal(desk.hand.changed, desk.editor.categoryChanged);
  return (
    <nav className={classes.rail} aria-label="Tools" data-tour="tools">
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
            <Divider w={28} my={2} />
          </Fragment>
        );
      })}
      {ZOOMS.map(([id, Icon]) => (
        <Tool key={id} id={id} studio={studio} active={false}>
          <Icon size={20} />
        </Tool>
      ))}
      <Divider w={28} my={4} />
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
    <Tooltip label={`${action.title} (${action.keys[0]})`} position="right">
      <ActionIcon
        size={36}
        variant={active ? 'filled' : 'subtle'}
        color={active ? 'pine' : 'gray'}
        aria-label={action.title}
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

function Adjust({ desk: { editor } }: { desk: Desk }) {
  useSignal(editor.view.changed);
  const [opened, setOpened] = useState(false);
  const { view } = editor;
  return (
    <Popover position="right-start" withArrow shadow="md" width={250} opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Tooltip label="Picture: brightness and contrast" position="right" disabled={opened}>
          <ActionIcon size={36} variant="subtle" color="gray" aria-label="Picture adjustments" data-testid="adjust" onClick={() => setOpened(!opened)}>
            <IconAdjustments size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {(['brightness', 'contrast'] as const).map((name) => (
            <div key={name}>
              <Text size="xs" tt="capitalize">
                {name}
              </Text>
              <Slider
                size="sm"
                min={0.2}
                max={3}
                step={0.05}
                value={view[name]}
                label={(value) => value.toFixed(2)}
                aria-label={name}
                onChange={(value) => view.set({ [name]: value })}
              />
            </div>
          ))}
          <div>
            <Text size="xs">Fill of annotations</Text>
            <Slider size="sm" min={0} max={0.6} step={0.02} value={view.fill} label={null} aria-label="Fill" onChange={(fill) => view.set({ fill })} />
          </div>
          <Switch size="xs" label="Names" checked={view.names} onChange={(e) => view.set({ names: e.currentTarget.checked })} />
          <Switch size="xs" label="Predictions" checked={view.predictions} onChange={(e) => view.set({ predictions: e.currentTarget.checked })} />
          <Button size="compact-xs" variant="default" onClick={() => view.set({ brightness: 1, contrast: 1, fill: 0.16 })}>
            As it is
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
