/** Opens an audit: the claim is fixed, and a draw is made that nobody can steer. */
import { Button, Checkbox, Modal, MultiSelect, NativeSelect, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client, ontology as ontologyQuery, projectMembers } from '../../queries';
import type { Release } from '../../wire';
import { Failure } from '../state';
import { type Acceptance, AcceptanceForm } from './acceptance-form';
import type { Audit } from './wire';

export function OpenAudit({ release, onClose }: { release: Release; onClose: () => void }) {
  const [atMost, setAtMost] = useState<number | string>(5);
  const [confidence, setConfidence] = useState<number | string>(95);
  const [unit, setUnit] = useState('annotation');
  const [categoriesToo, setAlso] = useState<string[]>([]);
  const ontology = useQuery(ontologyQuery(release.project)).data?.ontology;
  const categories = (ontology?.categories ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const [purpose, setPurpose] = useState('claim');
  const [acceptance, setAcceptance] = useState<Acceptance | null>(null);
  const people = useQuery(projectMembers(release.project)).data;
  const isAlone = people?.filter(({ active }) => active).length === 1;
  const [chosen, setOwnWork] = useState<boolean | null>(null);
  const ownWork = chosen ?? isAlone; // who works alone could not audit otherwise
  const also = purpose === 'claim' && unit === 'annotation' ? categoriesToo : [];
  const open = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      api.post<Audit>(`/releases/${release.id}/audits`, {
        claims: [{ at_most: Number(atMost) / 100 }, ...also.map((category) => ({ at_most: Number(atMost) / 100, category }))],
        confidence: Number(confidence) / 100,
        unit,
        own_work: ownWork,
        ...(purpose !== 'claim' && { acceptance }),
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['project', release.project, 'audits'] });
      onClose();
    },
  });
  const fits = Number(atMost) > 0 && Number(atMost) < 100 && Number(confidence) >= 50 && Number(confidence) < 100 && (purpose === 'claim' || acceptance !== null);
  return (
    <Modal opened onClose={onClose} title={t('Open an audit')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          open.mutate();
        }}
      >
        <Stack>
          {open.error && <Failure error={open.error} />}
          <SegmentedControl
            orientation="vertical"
            value={unit}
            onChange={setUnit}
            data={[
              { value: 'annotation', label: t('Annotations that are wrong') },
              { value: 'item', label: t('Items that lack something') },
            ]}
          />
          <NativeSelect
            label={t('What it is for')}
            value={purpose}
            onChange={({ currentTarget }) => setPurpose(currentTarget.value)}
            data={[
              { value: 'claim', label: t('Prove a claim: a certificate') },
              { value: 'iso', label: t('Accept or refuse a delivery by ISO 2859-1') },
              { value: 'wald', label: t('Accept or refuse a delivery one after another (Wald)') },
            ]}
            data-testid="purpose"
          />
          {purpose !== 'claim' && <AcceptanceForm release={release.id} unit={unit} by={purpose} onChange={setAcceptance} />}
          <NumberInput label={purpose === 'claim' ? t('At most (%)') : t('Beside it: at most (%) wrong, with the confidence below')} data-testid="at-most" value={atMost} onChange={setAtMost} min={0.1} max={99} decimalScale={2} data-autofocus />
          {purpose === 'claim' && unit === 'annotation' && (
            <MultiSelect
              label={t('And of each of these categories')}
              description={t('All claims hold together with the confidence, so every further one takes more verdicts.')}
              searchable
              data={categories}
              value={also}
              onChange={setAlso}
              data-testid="also"
            />
          )}
          <NumberInput label={t('Confidence (%)')} value={confidence} onChange={setConfidence} min={50} max={99.9} decimalScale={1} />
          <Checkbox
            label={t('Experts may judge their own work')}
            description={t('Otherwise nobody is given what they made or reviewed. The certificate says which it was.')}
            checked={ownWork}
            onChange={({ currentTarget }) => setOwnWork(currentTarget.checked)}
          />
          <Text size="sm" c="dimmed">
            {t('The claim is fixed now and cannot be changed after the first look. The smaller the share, the more has to be judged: about 60 for 5 %, 300 for 1 %.')}
          </Text>
          <Button type="submit" loading={open.isPending} disabled={!fits}>
            {t('Open the audit')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
