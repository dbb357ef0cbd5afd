/** The label rules of an ontology: each as a plain sentence, changed by form, with the work that breaks it. */
import { ActionIcon, Button, Group, Menu, Paper, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconExclamationCircle, IconListSearch, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import type { Offenders as OffendersPage, Rule } from '../../wire';
import { Offenders } from './offenders';
import { type Around, freshRule, KIND_WORDS, RULE_KINDS, ruleFault, ruleWords, tidied } from './rule-edit';
import { RuleForm } from './rule-form';

interface Props {
  project: string;
  rules: Rule[];
  saved: readonly Rule[];
  around: Around;
  mayChange: boolean;
  onChange: (rules: Rule[]) => void;
}

export function Rules({ project, rules, saved, around, mayChange, onChange }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const [looked, setLooked] = useState<string | null>(null);
  const add = (kind: Rule['kind']) => {
    const rule = freshRule(kind, rules, around);
    onChange([...rules, rule]);
    setOpen(rule.id);
  };
  if (!mayChange && rules.length === 0) return null;
  return (
    <Paper p="lg" mt="md" data-testid="rules">
      <Stack gap="sm">
        <Group justify="space-between">
          <div>
            <Text fw={600}>{t('Label rules')}</Text>
            <Text size="sm" c="dimmed">
              {t('What has to hold among the annotations of an item. Checked while people draw, when they submit, and on import.')}
            </Text>
          </div>
          {mayChange && <AddMenu disabled={around.categories.length === 0} onAdd={add} />}
        </Group>
        {rules.map((rule) => (
          <div key={rule.id} data-testid="rule">
            <RuleRow
              rule={rule}
              around={around}
              onEdit={mayChange ? () => setOpen(open === rule.id ? null : rule.id) : undefined}
              onDelete={mayChange ? () => onChange(rules.filter(({ id }) => id !== rule.id)) : undefined}
              onLook={mayChange && saved.includes(rule) ? () => setLooked(looked === rule.id ? null : rule.id) : undefined}
            />
            {open === rule.id && mayChange && (
              <RuleForm
                rule={rule}
                around={around}
                onChange={(changed) => onChange(rules.map((entry) => (entry.id === rule.id ? tidied(changed) : entry)))}
                onClose={() => setOpen(null)}
              />
            )}
            {looked === rule.id && (
              <Offenders
                about={['saved', project, rule]}
                ask={(cursor) => api.get<OffendersPage>(`/projects/${project}/rules/offenders`, { rule: rule.id, cursor })}
              />
            )}
          </div>
        ))}
      </Stack>
    </Paper>
  );
}

interface RowProps {
  rule: Rule;
  around: Around;
  onEdit?: () => void;
  onDelete?: () => void;
  onLook?: () => void;
}

function RuleRow({ rule, around, onEdit, onDelete, onLook }: RowProps) {
  const fault = ruleFault(rule, around);
  const isError = (rule.severity ?? 'error') === 'error';
  const words = ruleWords(rule, around);
  return (
    <Group wrap="nowrap" gap="xs" align="flex-start">
      {isError ? (
        <IconExclamationCircle size={18} color="var(--lw-returned)" aria-label={t('Error')} style={{ flex: 'none', marginTop: 3 }} />
      ) : (
        <IconAlertTriangle size={18} color="var(--lw-review, #d98b00)" aria-label={t('Warning')} style={{ flex: 'none', marginTop: 3 }} />
      )}
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text className="lw-break">{words}</Text>
        {rule.message && (
          <Text size="sm" c="dimmed" className="lw-break">
            {rule.message}
          </Text>
        )}
        {fault && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {fault}
          </Text>
        )}
      </div>
      {onLook && (
        <RowButton label={t('Show the work that breaks it')} onClick={onLook}>
          <IconListSearch size={17} />
        </RowButton>
      )}
      {onEdit && (
        <RowButton label={t('Change the rule')} onClick={onEdit}>
          <IconPencil size={17} />
        </RowButton>
      )}
      {onDelete && (
        <RowButton label={t('Delete the rule')} color="red" onClick={onDelete}>
          <IconTrash size={17} />
        </RowButton>
      )}
    </Group>
  );
}

function RowButton({ label, color = 'gray', onClick, children }: { label: string; color?: string; onClick: () => void; children: React.ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color={color} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function AddMenu({ disabled, onAdd }: { disabled: boolean; onAdd: (kind: Rule['kind']) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconPlus size={15} />} disabled={disabled}>
          {t('Add a rule')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {RULE_KINDS.map((kind) => (
          <Menu.Item key={kind} onClick={() => onAdd(kind)}>
            {KIND_WORDS[kind]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
