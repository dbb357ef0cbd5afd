/** A handful of pictures with what comes in over what is there. */
import { Group, SimpleGrid, Text } from '@mantine/core';

import { address } from '../../api';
import { t } from '../../language/language';
import type { Annotation } from '../../wire';
import { outline } from '../item-picture';
import classes from './import.module.css';
import type { LabelReport, Sample } from './label-report';

export function SamplePictures({ report }: { report: LabelReport }) {
  const colors = new Map((report.picture_categories ?? []).map(({ id, color }) => [id, color]));
  const pictures = report.pictures ?? [];
  if (pictures.length === 0) return null;
  return (
    <div>
      <Group gap="lg" mb="xs">
        <Key className={classes.incoming}>{t('comes in')}</Key>
        <Key className={classes.present}>{t('is there')}</Key>
        <Key className={classes.passed}>{t('in the file, but what is there stays')}</Key>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        {pictures.map((sample) => (
          <Picture key={sample.item} sample={sample} colors={colors} />
        ))}
      </SimpleGrid>
    </div>
  );
}

function Key({ className, children }: { className: string | undefined; children: string }) {
  return (
    <Group gap={6}>
      <svg width="22" height="14" aria-hidden>
        <rect x="2" y="2" width="18" height="10" className={className} stroke="#d55e00" fill="none" />
      </svg>
      <Text size="xs" c="dimmed">
        {children}
      </Text>
    </Group>
  );
}

function Picture({ sample, colors }: { sample: Sample; colors: Map<string, string> }) {
  const { width, height, fates } = sample;
  const isComing = ({ id }: Annotation) => !sample.skipped && (fates[id] === 'added' || fates[id] === 'taken');
  const coming = sample.incoming.filter(isComing);
  const passed = sample.incoming.filter((annotation) => !isComing(annotation) && fates[annotation.id] !== 'same');
  const told = t('{{name}}: {{incoming}} come in, {{present}} are there', {
    name: sample.name,
    incoming: coming.length,
    present: sample.present.length,
  });
  return (
    <figure className={classes.sample}>
      <div className={classes.picture} style={{ aspectRatio: `${width} / ${height}` }}>
        <img src={address(`/items/${sample.item}/preview`)} alt="" />
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={told}>
          <Lines annotations={sample.present} className={classes.present} colors={colors} />
          <Lines annotations={passed} className={classes.passed} colors={colors} />
          <Lines annotations={coming} className={classes.incoming} colors={colors} />
        </svg>
      </div>
      <figcaption>
        <Text size="xs" className="lw-clip" title={sample.name}>
          {sample.name}
        </Text>
        <Text size="xs" c="dimmed">
          {sample.skipped ?? t('{{incoming}} come in · {{present}} there', { incoming: coming.length, present: sample.present.length })}
        </Text>
      </figcaption>
    </figure>
  );
}

interface LinesProps {
  annotations: Annotation[];
  className: string | undefined;
  colors: Map<string, string>;
}

function Lines({ annotations, className, colors }: LinesProps) {
  return annotations.map(({ id, category, shape }) => {
    const path = shape && outline(shape);
    const color = colors.get(category) ?? '#E69F00';
    if (!path) return null;
    return <path key={id} d={path} className={className} stroke={color} fill={color} vectorEffect="non-scaling-stroke" />;
  });
}
