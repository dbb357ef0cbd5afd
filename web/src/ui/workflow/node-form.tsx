/** One node of a workflow: its name, what is done there or looked at, and where items go from it. */
import { ActionIcon, Button, Group, MultiSelect, NumberInput, Paper, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';

import { t } from '../../language/language';
import { type Case, type Condition, DONE, freeName, type Graph, NAME, type Node, renamed, type Router, type Stage, withBehind, without, type Work } from '../../model/graph';
import { CONDITION_WORDS, WORK_WORDS } from './words';

interface Props {
  graph: Graph;
  node: Node;
  categories: ReadonlyMap<string, string>;
  skills: string[];
  onChange: (graph: Graph, chosen: string | null) => void;
}

export function NodeForm({ graph, node, categories, skills, onChange }: Props) {
  const put = (next: Node) => onChange({ ...graph, nodes: graph.nodes.map((one) => (one === node ? next : one)) }, next.id);
  const targets = [...graph.nodes.filter(({ id }) => id !== node.id).map(({ id }) => ({ value: id, label: id })), { value: DONE, label: t('Done') }];
  const behind = (kind: Node['kind']) => {
    const id = freeName(graph, kind === 'router' ? 'router' : 'review');
    onChange(withBehind(graph, node.id, (to): Node => (kind === 'router' ? { kind, id, cases: [], otherwise: to } : { kind, id, work: 'review', to })), id);
  };
  return (
    <Paper p="md" data-testid="node-form">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3}>{node.kind === 'stage' ? t('Stage') : t('Router')}</Title>
          <Button size="compact-sm" variant="subtle" color="red" disabled={node.id === graph.start} leftSection={<IconTrash size={14} />} onClick={() => onChange(without(graph, node.id), null)}>
            {t('Take out')}
          </Button>
        </Group>
        <Name key={node.id} graph={graph} id={node.id} onChange={onChange} />
        {node.kind === 'stage' ? (
          <StageForm graph={graph} node={node} targets={targets} skills={skills} onChange={put} />
        ) : (
          <RouterForm node={node} targets={targets} categories={categories} skills={skills} onChange={put} />
        )}
        <Group gap="xs">
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={() => behind('stage')}>
            {t('Stage behind it')}
          </Button>
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={() => behind('router')}>
            {t('Router behind it')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Name({ graph, id, onChange }: Pick<Props, 'graph' | 'onChange'> & { id: string }) {
  const [text, setText] = useState(id);
  const taken = text !== id && (text === DONE || graph.nodes.some((node) => node.id === text));
  const fault = !NAME.test(text) ? t('Small letters, digits, - and _') : taken ? t('This name is taken') : null;
  const save = () => text !== id && !fault && onChange(renamed(graph, id, text), text);
  return <TextInput label={t('Name')} value={text} error={fault} maxLength={40} onChange={(event) => setText(event.currentTarget.value)} onBlur={save} onKeyDown={(event) => event.key === 'Enter' && save()} />;
}

type Target = { value: string; label: string };

interface StageProps {
  graph: Graph;
  node: Stage;
  targets: Target[];
  skills: string[];
  onChange: (node: Node) => void;
}

function StageForm({ graph, node, targets, skills, onChange }: StageProps) {
  const isStart = node.id === graph.start;
  const annotating = graph.nodes.filter((one) => one.kind === 'stage' && one.work === 'annotate').map(({ id }) => id);
  return (
    <>
      <Select
        label={t('What is done here')}
        disabled={isStart}
        allowDeselect={false}
        data={Object.entries(WORK_WORDS).map(([value, label]) => ({ value, label }))}
        value={node.work}
        onChange={(work) => work && onChange({ ...node, work: work as Work })}
      />
      <Select label={t('Then items go to')} allowDeselect={false} data={targets} value={node.to} onChange={(to) => to && onChange({ ...node, to })} />
      {node.work === 'review' && (
        <Select
          label={t('Returned work goes to')}
          placeholder={graph.start}
          clearable
          data={annotating}
          value={node.returned ?? null}
          onChange={(returned) => onChange({ ...node, returned })}
        />
      )}
      <Skill value={node.skill ?? ''} skills={skills} description={t('Only who holds it gets tasks here. Empty: everybody who may.')} onChange={(skill) => onChange({ ...node, skill: skill || null })} />
    </>
  );
}

interface RouterProps {
  node: Router;
  targets: Target[];
  categories: ReadonlyMap<string, string>;
  skills: string[];
  onChange: (node: Node) => void;
}

function RouterForm({ node, targets, categories, skills, onChange }: RouterProps) {
  const set = (cases: Case[]) => onChange({ ...node, cases });
  const change = (at: number, to: Partial<Case>) => set(node.cases.map((one, place) => (place === at ? { ...one, ...to } : one)));
  return (
    <>
      {node.cases.map((one, at) => (
        <Paper key={at} p="xs" withBorder>
          <Group justify="space-between" mb={4}>
            <Text size="sm" fw={600}>
              {t('Case {{number}}: when all of this holds', { number: at + 1 })}
            </Text>
            <ActionIcon variant="subtle" color="gray" aria-label={t('Remove case {{number}}', { number: at + 1 })} onClick={() => set(node.cases.filter((_, place) => place !== at))}>
              <IconTrash size={15} />
            </ActionIcon>
          </Group>
          <Stack gap={6}>
            {one.when.map((condition, place) => (
              <ConditionForm
                key={place}
                condition={condition}
                categories={categories}
                skills={skills}
                onChange={(next) => change(at, { when: next ? one.when.map((other, index) => (index === place ? next : other)) : one.when.filter((_, index) => index !== place) })}
              />
            ))}
            <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={() => change(at, { when: [...one.when, { kind: 'agreement', below: 0.5 }] })}>
              {t('Condition')}
            </Button>
            <Select size="xs" label={t('go to')} allowDeselect={false} data={targets} value={one.to} onChange={(to) => to && change(at, { to })} />
          </Stack>
        </Paper>
      ))}
      <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} />} onClick={() => set([...node.cases, { when: [{ kind: 'agreement', below: 0.5 }], to: node.otherwise }])}>
        {t('Case')}
      </Button>
      <Select label={t('All others go to')} allowDeselect={false} data={targets} value={node.otherwise} onChange={(otherwise) => otherwise && onChange({ ...node, otherwise })} />
    </>
  );
}

const FRESH: Record<Condition['kind'], Condition> = {
  agreement: { kind: 'agreement', below: 0.5 },
  confidence: { kind: 'confidence', below: 0.95 },
  unsure: { kind: 'unsure' },
  share: { kind: 'share', share: 0.1 },
  category: { kind: 'category', categories: [] },
  count: { kind: 'count', at_least: 20 },
  skill: { kind: 'skill', skill: '' },
  risk: { kind: 'risk', above: 0.3 },
};

interface ConditionProps {
  condition: Condition;
  categories: ReadonlyMap<string, string>;
  skills: string[];
  onChange: (condition: Condition | null) => void;
}

function ConditionForm({ condition, categories, skills, onChange }: ConditionProps) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Stack gap={4} flex={1}>
        <Select
          size="xs"
          aria-label={t('Condition')}
          allowDeselect={false}
          data={Object.entries(CONDITION_WORDS).map(([value, label]) => ({ value, label }))}
          value={condition.kind}
          onChange={(kind) => kind && onChange(FRESH[kind as Condition['kind']])}
        />
        <Figure condition={condition} categories={categories} skills={skills} onChange={onChange} />
      </Stack>
      <ActionIcon variant="subtle" color="gray" mt={2} aria-label={t('Remove the condition')} onClick={() => onChange(null)}>
        <IconTrash size={15} />
      </ActionIcon>
    </Group>
  );
}

function Figure({ condition, categories, skills, onChange }: ConditionProps) {
  switch (condition.kind) {
    case 'agreement':
    case 'confidence':
      return <NumberInput size="xs" prefix={t('below ')} min={0} max={1} step={0.05} decimalScale={3} value={condition.below} onChange={(value) => typeof value === 'number' && onChange({ ...condition, below: value })} />;
    case 'share':
      return <NumberInput size="xs" suffix=" %" min={0} max={100} value={Math.round(condition.share * 1000) / 10} onChange={(value) => typeof value === 'number' && onChange({ ...condition, share: value / 100 })} />;
    case 'risk':
      return <NumberInput size="xs" prefix={t('at least ')} suffix=" %" min={0} max={100} value={Math.round(condition.above * 1000) / 10} onChange={(value) => typeof value === 'number' && onChange({ ...condition, above: value / 100 })} />;
    case 'count':
      return <NumberInput size="xs" prefix={t('at least ')} min={0} value={condition.at_least} onChange={(value) => typeof value === 'number' && onChange({ ...condition, at_least: value })} />;
    case 'category':
      return <MultiSelect size="xs" aria-label={t('Categories')} searchable data={[...categories].map(([value, label]) => ({ value, label }))} value={condition.categories} onChange={(chosen) => onChange({ ...condition, categories: chosen })} />;
    case 'skill':
      return <Skill value={condition.skill} skills={skills} onChange={(skill) => onChange({ ...condition, skill })} />;
    case 'unsure':
      return null;
  }
}

function Skill({ value, skills, description, onChange }: { value: string; skills: string[]; description?: string; onChange: (skill: string) => void }) {
  return <TextInput size="xs" label={t('Skill')} {...(description && { description })} list="lw-skills" maxLength={60} value={value} onChange={(event) => onChange(event.currentTarget.value)} rightSection={skills.length > 0 && <datalist id="lw-skills">{skills.map((skill) => <option key={skill} value={skill} />)}</datalist>} />;
}
