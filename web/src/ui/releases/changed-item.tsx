/** One item that differs between two releases: its picture, what was and what is, and each change in words. */
import { Anchor, Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';

import { address } from '../../api';
import { t } from '../../language/language';
import type { AnnotationChange, Category, ItemChange } from '../../wire';
import { outlineOf } from '../verify/outline';

const COLORS = { added: '#2f9e44', removed: '#e03131', changed: '#1c7ed6' } as const;
const MOST = 6;

interface Props {
  change: ItemChange;
  categories: Map<string, Category>;
}

export function ChangedItem({ change, categories }: Props) {
  const listed = change.annotations ?? [];
  const moved = change.kind === 'changed' && change.split_before !== change.split_after;
  return (
    <Paper p="sm" component="article" aria-label={change.name}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Anchor size="sm" fw={560} c="inherit" truncate component={Link} to={`/items/${change.item}`} title={change.name}>
            {change.name}
          </Anchor>
          <Badge variant="light" tt="none" color={{ added: 'pine', removed: 'red', changed: 'blue' }[change.kind]}>
            {{ added: t('added'), removed: t('removed'), changed: t('changed') }[change.kind]}
          </Badge>
        </Group>
        <div
          style={{
            position: 'relative',
            aspectRatio: `${Math.max(1, change.width)} / ${Math.max(1, change.height)}`,
            maxHeight: 280,
            background: 'var(--lw-sunken)',
            overflow: 'hidden',
            margin: '0 auto',
            width: `min(100%, calc(280px * ${change.width / Math.max(1, change.height)}))`,
          }}
        >
          <img
            src={address(`/items/${change.item}/preview`)}
            alt={change.name}
            loading="lazy"
            decoding="async"
            style={{ position: 'absolute', inset: 0, width: '100%', height: '100%' }}
          />
          <svg
            viewBox={`0 0 ${change.width} ${change.height}`}
            preserveAspectRatio="none"
            style={{ position: 'absolute', inset: 0, width: '100%', height: '100%' }}
            role="img"
            aria-label={t('{{count}} changes', { count: listed.length })}
          >
            {listed.map((entry, place) => (
              <ChangeOutline key={place} change={entry} categories={categories} />
            ))}
          </svg>
        </div>
        {moved && (
          <Text size="sm">
            {t('From split {{before}} to {{after}}', { before: change.split_before ?? '–', after: change.split_after ?? '–' })}
          </Text>
        )}
        {listed.slice(0, MOST).map((entry, place) => (
          <Text key={place} size="sm" className="lw-break">
            <Text span c={COLORS[entry.kind]} fw={600} size="sm">
              {{ added: '+', removed: '−', changed: '~' }[entry.kind]}{' '}
            </Text>
            {inWords(entry, categories)}
          </Text>
        ))}
        {listed.length > MOST && (
          <Text size="sm" c="dimmed">
            {t('and {{count}} more', { count: listed.length - MOST })}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

/** What was is dashed, what is is drawn. */
function ChangeOutline({ change, categories }: { change: AnnotationChange; categories: Map<string, Category> }) {
  const line = (which: 'before' | 'after') => {
    const annotation = change[which];
    if (!annotation?.shape) return null;
    const path = outlineOf(annotation.shape, categories.get(annotation.category));
    const isOld = which === 'before';
    const color = change.kind === 'changed' && isOld ? COLORS.removed : COLORS[change.kind];
    return (
      <path
        d={path}
        fill={annotation.shape.kind === 'mask' ? color : 'none'}
        fillOpacity={0.4}
        fillRule="evenodd"
        stroke={color}
        strokeWidth={2}
        strokeDasharray={isOld ? '5 4' : undefined}
        vectorEffect="non-scaling-stroke"
      />
    );
  };
  return (
    <>
      {line('before')}
      {line('after')}
    </>
  );
}

function inWords(change: AnnotationChange, categories: Map<string, Category>): string {
  const name = (id: string | undefined) => (id === undefined ? '' : (categories.get(id)?.name ?? id));
  if (change.kind !== 'changed') return name(change.category);
  const parts = (change.what ?? []).map((part) => {
    switch (part) {
      case 'category':
        return t('{{before}} is {{after}} now', { before: name(change.before?.category), after: name(change.after?.category) });
      case 'shape':
        return change.iou == null ? t('another shape') : t('another shape (IoU {{iou}})', { iou: change.iou.toFixed(2) });
      case 'attributes':
        return t('other attributes: {{values}}', { values: attributesOf(change) });
      case 'group':
        return t('another group');
      case 'relations':
        return t('other relations');
      default:
        return t('other flags');
    }
  });
  return `${name(change.category)}: ${parts.join(', ')}`;
}

function attributesOf({ before, after }: AnnotationChange): string {
  const old: Record<string, unknown> = before?.attributes ?? {};
  const now: Record<string, unknown> = after?.attributes ?? {};
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => String(old[key]) !== String(now[key]));
  return keys.map((key) => `${key} ${String(old[key] ?? '–')} → ${String(now[key] ?? '–')}`).join(', ');
}
