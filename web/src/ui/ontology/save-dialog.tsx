/** What saving would do, counted by the server beforehand, and the word to go on. */
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import type { Offenders as OffendersPage, OntologySaved, OntologyView } from '../../wire';
import { tell } from '../notify';
import { Failure, Loading } from '../state';
import { changeWords, touchedTotal } from './change-words';
import type { Edited } from './edit';
import { Offenders } from './offenders';

export type Sending = { kind: 'edited'; edited: Edited } | { kind: 'yaml'; text: string };

interface Props {
  project: string;
  view: OntologyView;
  sending: Sending;
  onClose: () => void;
}

function send(project: string, base: number, sending: Sending, dryRun: boolean): Promise<OntologySaved> {
  const path = `/projects/${project}/ontology`;
  if (sending.kind === 'yaml') {
    const query = { base, dry_run: dryRun };
    return api.put(`${path}.yaml`, undefined, { raw: sending.text, type: 'application/yaml', query });
  }
  const { categories, merges, relations, rules } = sending.edited;
  return api.put(path, { base, categories, merges, relations, rules }, { query: { dry_run: dryRun } });
}

/** The work that the rules which an edit adds or changes would find fault with. */
function offendersOf(project: string, base: number, { ontology, change }: OntologySaved, cursor: string | null): Promise<OffendersPage> {
  const { categories = [], relations = [], rules = [] } = ontology;
  return api.post(`/projects/${project}/rules/offenders`, { base, categories, merges: change.merged, relations, rules, cursor });
}

export function SaveDialog({ project, view, sending, onClose }: Props) {
  const trial = useQuery({
    queryKey: ['trial', project, view.version, sending],
    queryFn: () => send(project, view.version, sending, true),
    gcTime: 0,
    retry: false,
  });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => send(project, view.version, sending, false),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['project', project, 'ontology'] });
      void client.invalidateQueries({ queryKey: ['projects'] });
      tell(t('The ontology is saved'));
      onClose();
    },
  });
  const change = trial.data?.change;
  const touched = change ? touchedTotal(change) : 0;
  const lines = trial.data ? changeWords(trial.data.change, view.ontology, trial.data.ontology) : [];
  return (
    <Modal opened onClose={onClose} title={t('What this changes')} size="lg">
      <Stack>
        {trial.isPending && <Loading rows={3} height={24} />}
        {trial.error && <Failure error={trial.error} />}
        {trial.data && lines.length === 0 && <Text>{t('Nothing: it is what is saved already.')}</Text>}
        {lines.map((line) => (
          <Text key={line} size="sm" className="lw-break">
            {line}
          </Text>
        ))}
        {change && (
          <Alert color={touched ? 'orange' : 'pine'} p="sm">
            {touched
              ? t('{{count}} annotations will read differently. Nothing stored is rewritten, and you can undo the change.', {
                  count: touched,
                })
              : t('No annotation is touched.')}
          </Alert>
        )}
        {trial.data?.change.rules && (
          <Offenders
            about={['edit', project, view.version, trial.data.ontology]}
            ask={(cursor) => offendersOf(project, view.version, trial.data, cursor)}
          />
        )}
        {save.error && <Failure error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Go on editing')}
          </Button>
          <Button disabled={lines.length === 0} loading={save.isPending} onClick={() => save.mutate()}>
            {t('Save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
