/** One item from close by, beside the gallery it came from: arrows go on to the next. */
import { ActionIcon, Badge, Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';

import { t } from '../../language/language';
import * as query from '../../queries';
import type { Category, Project } from '../../wire';
import { ItemPicture } from '../item-picture';
import { AnnotationTable } from '../items/annotation-table';
import { useSources } from '../items/sources';
import { studioPath } from '../places';
import { Failure } from '../state';
import { StateBadge } from '../state-bar';
import { atLeast, bytes, moment } from '../words';

interface Props {
  id: string;
  project: Project;
  categories: Map<string, Category>;
  tags: string[] | undefined;
  onStep: ((step: number) => void) | null;
  onClose: () => void;
}

export function ItemPanel({ id, project, categories, tags, onStep, onClose }: Props) {
  const [marked, setMarked] = useState<string | null>(null);
  const { data: item, error } = useQuery(query.item(id));
  const history = useQuery({ ...query.history(id), enabled: atLeast(project.role, 'reviewer') });
  const { chosen } = useSources(history.data);
  const document = useQuery({ ...query.document(chosen ?? ''), enabled: Boolean(chosen) });
  const annotations = (chosen && document.data?.document?.annotations) || [];
  useEffect(() => {
    if (!onStep) return;
    const key = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      if (event.key === 'ArrowRight' || event.key === 'ArrowDown') onStep(1);
      else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') onStep(-1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', key, true);
    return () => window.removeEventListener('keydown', key, true);
  }, [onStep]);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="min(820px, 92vw)"
      title={
        <Group gap="xs" wrap="nowrap">
          <ActionIcon variant="default" aria-label={t('Previous item')} disabled={!onStep} onClick={() => onStep?.(-1)}>
            <IconChevronLeft size={18} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label={t('Next item')} disabled={!onStep} onClick={() => onStep?.(1)}>
            <IconChevronRight size={18} />
          </ActionIcon>
          <Text fw={600} className="lw-clip" maw={440} title={item?.name ?? ''}>
            {item?.name}
          </Text>
          {item && <StateBadge state={item.state} />}
        </Group>
      }
      data-testid="item-panel"
    >
      {error && <Failure error={error} />}
      {!item && !error && <Skeleton height={420} />}
      {item && (
        <Stack gap="md">
          <div>
            <ItemPicture item={item} annotations={annotations} categories={categories} marked={marked} onMark={setMarked} />
          </div>
          <Group gap="xs">
            {item.task && (
              <Button component={Link} size="xs" to={studioPath(project.id, item.state === 'review' ? 'review' : 'annotate', item.task)}>
                {t('Open in the studio')}
              </Button>
            )}
            <Button component={Link} size="xs" variant="default" to={`/items/${item.id}`}>
              {t('All about this item')}
            </Button>
            {tags?.map((tag) => (
              <Badge key={tag} variant="light" tt="none">
                {tag}
              </Badge>
            ))}
          </Group>
          <Text size="sm" c="dimmed">
            {[
              t('{{width}} × {{height}} pixels', { width: String(item.width), height: String(item.height) }),
              bytes(item.bytes ?? 0),
              item.key ?? '',
              moment(item.updated_at),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          <AnnotationTable annotations={annotations} categories={categories} project={project.id} marked={marked} onMark={setMarked} />
        </Stack>
      )}
    </Drawer>
  );
}
