/** The layers over the picture: each model's predictions, and earlier submissions for those who may see them. */
import { Button, Group, Menu, Slider, Text } from '@mantine/core';
import { IconEye, IconEyeOff, IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';

import type { Layer } from '../../editor/proposals';
import { t } from '../../language/language';
import { layerWord } from '../model-words';
import * as query from '../../queries';
import { client } from '../../queries';
import type { DocumentView, Project } from '../../wire';
import { tellProblem } from '../notify';
import { ago, atLeast, percent } from '../words';
import type { Desk } from './desk';
import classes from './layers.module.css';

export function Layers({ desk, project }: { desk: Desk; project: Project }) {
  const { proposals } = desk.flow;
  const alone = proposals.layers.filter(({ shown }) => shown).length === 1;
  return (
    <div role="group" aria-label={t('Layers')}>
      {proposals.layers.length === 0 && (
        <Text size="sm" c="dimmed" mb={6}>
          {t('No model has proposed anything for this item.')}
        </Text>
      )}
      {proposals.layers.map((layer) => (
        <LayerRow key={layer.id} desk={desk} layer={layer} byCategory={alone && layer.kind === 'model'} />
      ))}
      {atLeast(project.role, 'reviewer') && !isFirst(desk) && <Earlier desk={desk} />}
    </div>
  );
}

function LayerRow({ desk, layer, byCategory }: { desk: Desk; layer: Layer; byCategory: boolean }) {
  const { proposals } = desk.flow;
  return (
    <div className={classes.layer} data-testid="layer" data-shown={layer.shown}>
      <button
        type="button"
        className={classes.eye}
        aria-pressed={layer.shown}
        aria-label={layer.shown ? t('Hide {{name}}', { name: layer.name }) : t('Show {{name}}', { name: layer.name })}
        onClick={() => proposals.dress(layer.id, { shown: !layer.shown })}
      >
        {layer.shown ? <IconEye size={15} /> : <IconEyeOff size={15} />}
      </button>
      <svg width={26} height={10} aria-hidden>
        <line x1={1} y1={5} x2={25} y2={5} stroke={byCategory ? 'currentColor' : layer.color} strokeWidth={2.5} strokeDasharray={layer.dash.join(' ')} opacity={layer.opacity} />
      </svg>
      <span className={classes.name} title={layer.name}>
        {layerWord(layer.name)}
      </span>
      <span className={classes.number}>{layer.annotations.length}</span>
      <Slider
        size="xs"
        w={54}
        min={0.1}
        max={1}
        step={0.05}
        value={layer.opacity}
        label={(value) => percent(value, 1)}
        thumbLabel={t('Strength of {{name}}', { name: layer.name })}
        onChange={(opacity) => proposals.dress(layer.id, { opacity })}
      />
      {layer.kind === 'author' && (
        <button type="button" className={classes.eye} aria-label={t('Take {{name}} away', { name: layer.name })} onClick={() => proposals.remove(layer.id)}>
          <IconX size={14} />
        </button>
      )}
    </div>
  );
}

/** Earlier submissions of the item, fetched as they are asked for. */
function Earlier({ desk }: { desk: Desk }) {
  const { proposals } = desk.flow;
  const history = useQuery(query.history(desk.envelope.item.id));
  const there = new Set(proposals.layers.map(({ id }) => id));
  const others = [...(history.data?.submissions ?? []), ...(history.data?.references ?? [])].filter(({ id }) => !there.has(id));
  if (others.length === 0) return null;
  const lay = (view: DocumentView) =>
    client
      .fetchQuery(query.document(view.id))
      .then(({ document }) => proposals.add({ id: view.id, name: nameOf(view), kind: 'author', annotations: document?.annotations ?? [] }))
      .catch(tellProblem);
  return (
    <Menu position="bottom-start" withArrow shadow="md" width={290}>
      <Menu.Target>
        <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} data-testid="add-layer">
          {t('Lay earlier work over it')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={300} style={{ overflowY: 'auto' }}>
        {others.map((view) => (
          <Menu.Item key={view.id} onClick={() => void lay(view)}>
            <Group gap={8} wrap="nowrap" justify="space-between">
              <span className={classes.name}>{nameOf(view)}</span>
              <Text size="xs" c="dimmed" component="span" style={{ flex: 'none' }}>
                {view.annotations} · {ago(view.created_at)}
              </Text>
            </Group>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Who answers first should not see what others say. */
const isFirst = ({ envelope: { task } }: Desk): boolean => task.stage === 'annotate' && task.round === 1;

function nameOf({ kind, author_name, stage, round }: DocumentView): string {
  if (kind === 'reference') return t('Reference, {{name}}', { name: author_name });
  return [author_name, stage === 'review' && t('review'), round > 1 && t('round {{round}}', { round })].filter(Boolean).join(', ');
}

