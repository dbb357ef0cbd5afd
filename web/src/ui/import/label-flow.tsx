/** Labels from a preview to their report: what they are, what becomes of each word, what would change. */
import { Alert, Button, Card, Group, Loader, Select, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, formats as formatsQuery, ontology as ontologyQuery } from '../../queries';
import type { Category } from '../../wire';
import { FollowJob } from '../jobs/follow';
import { Failure } from '../state';
import { AttributeTable } from './attribute-table';
import classes from './import.module.css';
import { type LabelOptions, LabelOptionsForm, FIRST_OPTIONS } from './label-options';
import type { LabelReport } from './label-report';
import { LabelSummary } from './label-summary';
import { firstMapping, isPlain, type Mapping } from './mapping';
import { MappingTable } from './mapping-table';
import { ImportOutcome, useImport } from './outcome';
import { idOfImport, type Started } from './started';

export type LabelPlace = { upload: string } | { source: string };

interface Asked {
  format: string;
  options: LabelOptions;
  mapping: Mapping | null;
}

const NO_WORDS: Mapping = { categories: {}, attributes: {} };

function body(place: LabelPlace, { format, options, mapping }: Asked, dryRun: boolean) {
  const { model, ...rest } = options;
  return {
    kind: 'labels',
    ...place,
    ...rest,
    format,
    mapping: mapping ?? NO_WORDS,
    ...(options.as === 'predictions' && model.trim() ? { model: model.trim() } : {}),
    dry_run: dryRun,
  };
}

interface Props {
  project: string;
  place: LabelPlace;
  onBack: () => void;
  onDone: () => void;
}

export function LabelFlow({ project, place, onBack, onDone }: Props) {
  const [options, setOptions] = useState(FIRST_OPTIONS);
  const [format, setFormat] = useState('auto');
  const [mapping, setMapping] = useState<Mapping | null>(null);
  const [asked, setAsked] = useState('');
  const [report, setReport] = useState<LabelReport | null>(null);
  const { data: view } = useQuery(ontologyQuery(project));
  const start = (dryRun: boolean) => (wanted: Asked) =>
    api.post<Started>(`/projects/${project}/imports`, body(place, wanted, dryRun));
  const preview = useMutation({ meta: { quiet: true }, mutationFn: start(true) });
  const apply = useMutation({
    meta: { quiet: true },
    mutationFn: start(false),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['project', project, 'imports'] }),
  });
  const previewId = preview.data ? idOfImport(preview.data) : null;
  const ask = (wanted: Asked) => {
    setAsked(JSON.stringify(wanted));
    preview.mutate(wanted);
  };
  const began = useRef(false);
  useEffect(() => {
    if (began.current) return;
    began.current = true;
    ask({ format, options, mapping: null });
  });

  const take = (found: LabelReport) => {
    setReport(found);
    if (mapping) return;
    const first = firstMapping(found);
    setMapping(first);
    if (isPlain(found, first)) setAsked(JSON.stringify({ format, options, mapping: first }));
    else ask({ format, options, mapping: first });
  };

  if (apply.data) {
    return (
      <Stack>
        <ImportOutcome id={idOfImport(apply.data)} />
        <Group>
          <Button variant="default" onClick={onDone}>
            {t('Import more')}
          </Button>
        </Group>
      </Stack>
    );
  }
  const now: Asked = { format, options, mapping };
  const isStale = asked !== JSON.stringify(now);
  const override = (name: string) => {
    setFormat(name);
    setMapping(null);
    setReport(null);
    ask({ format: name, options, mapping: null });
  };
  return (
    <Stack gap="lg">
      {previewId && <Previewed key={previewId} id={previewId} onReport={take} />}
      {preview.error && <Failure error={preview.error} />}
      {report && (
        <>
          <Recognized report={report} format={format} onOverride={override} />
          <Part title={t('How it comes in')}>
            <LabelOptionsForm options={options} onChange={setOptions} />
          </Part>
          {mapping && <Words report={report} mapping={mapping} categories={view?.ontology.categories ?? []} onChange={setMapping} />}
          <Part title={t('What would change')}>
            <div className={isStale ? classes.stale : undefined} aria-busy={isStale}>
              <LabelSummary report={report} />
            </div>
          </Part>
        </>
      )}
      {!report && !preview.error && <FormatChoice format={format} reason={null} onOverride={override} />}
      {Boolean(apply.error) && <Failure error={apply.error} />}
      <Group className={classes.ends} justify="space-between">
        <Group>
          {isStale && report ? (
            <Button loading={preview.isPending} onClick={() => ask(now)}>
              {t('Preview again')}
            </Button>
          ) : (
            <Button disabled={!report || isStale} loading={apply.isPending} onClick={() => apply.mutate(now)}>
              {t('Apply')}
            </Button>
          )}
          <Button variant="default" onClick={onBack}>
            {t('Choose other files')}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {isStale && report
            ? t('Something was changed: look at the preview once more.')
            : t('Nothing has changed yet. An import can be undone as one step.')}
        </Text>
      </Group>
    </Stack>
  );
}

/** Follows a preview to its report. */
function Previewed({ id, onReport }: { id: string; onReport: (report: LabelReport) => void }) {
  const { data: made } = useImport(id);
  const report = made?.state === 'done' ? made.report : null;
  const told = useRef(false);
  useEffect(() => {
    if (!report || told.current) return;
    told.current = true;
    onReport(report as unknown as LabelReport);
  });
  if (report || !made) return null;
  return made.job ? <FollowJob id={made.job} /> : <Loader size="sm" />;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder p="md" style={{ overflow: 'visible' }}>
      <Title order={4} mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}

interface WordsProps {
  report: LabelReport;
  mapping: Mapping;
  categories: Category[];
  onChange: (mapping: Mapping) => void;
}

function Words({ report, mapping, categories, onChange }: WordsProps) {
  return (
    <>
      {report.file_categories.length > 0 && (
        <Part title={t('What becomes of the categories')}>
          {report.remembered && (
            <Text size="sm" c="dimmed" mb="xs">
              {t('The mapping of the last import of this format is filled in.')}
            </Text>
          )}
          <MappingTable found={report} format={report.format} mapping={mapping} categories={categories} onChange={onChange} />
        </Part>
      )}
      {report.file_attributes.length > 0 && (
        <Part title={t('What becomes of the attributes')}>
          <AttributeTable
            attributes={report.file_attributes}
            mapping={mapping}
            categories={categories}
            onChange={onChange}
          />
        </Part>
      )}
    </>
  );
}

function Recognized({ report, format, onOverride }: { report: LabelReport; format: string; onOverride: (name: string) => void }) {
  const why = format === 'auto' ? report.recognized : t('as you chose');
  return (
    <Alert color="blue" title={t('These look like {{format}}', { format: report.format_title })}>
      <FormatChoice format={format} reason={why} others={report.other_formats ?? []} onOverride={onOverride} />
    </Alert>
  );
}

interface ChoiceProps {
  format: string;
  reason: string | null;
  others?: { name: string; title: string }[];
  onOverride: (name: string) => void;
}

function FormatChoice({ format, reason, others = [], onOverride }: ChoiceProps) {
  const { data: known = [] } = useQuery(formatsQuery());
  const likely = new Set(others.map(({ name }) => name));
  const listed = known.map(({ name, title }) => ({ value: name, label: title || name }));
  return (
    <Group gap="lg" align="center">
      {reason && (
        <Text size="sm" flex={1} miw={240} className="lw-break">
          {reason}
        </Text>
      )}
      <Select
        size="xs"
        w={280}
        searchable
        allowDeselect={false}
        aria-label={t('Format')}
        data={[
          { value: 'auto', label: t('Recognize it') },
          ...(likely.size > 0
            ? [{ group: t('It could also be'), items: listed.filter(({ value }) => likely.has(value)) }]
            : []),
          { group: t('All formats'), items: listed.filter(({ value }) => !likely.has(value)) },
        ]}
        value={format}
        onChange={(name) => name && onOverride(name)}
      />
    </Group>
  );
}
