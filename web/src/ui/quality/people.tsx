/** How reliable everybody is, with the evidence; an annotator sees themselves by the same page. */
import { Alert, List, Paper, Stack, Table, Text } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../../language/language';
import { ontology as ontologyQuery } from '../../queries';
import { useMe } from '../guard';
import { useProject } from '../project';
import { Answer, Empty, Loading } from '../state';
import { atLeast, count } from '../words';
import { CommonErrors, ConfusedPairs } from './common-errors';
import { ConsequenceNotice, ConsequencePanel } from './consequences';
import { Titled } from './how';
import { spokenMethod } from './method-words';
import { PersonRow } from './person-row';
import { people as peopleQuery } from './queries';
import type { PeopleReport } from './wire';

export default function People() {
  const { project } = useProject();
  const found = useQuery(peopleQuery(project.id));
  return (
    <Stack gap="md">
      <ConsequenceNotice />
      <Answer of={found} loading={<Loading rows={6} />}>
        {(report) => (report.people.length ? <Everybody report={report} /> : <Nothing />)}
      </Answer>
      <ConsequencePanel />
    </Stack>
  );
}

function Nothing() {
  const { project } = useProject();
  return (
    <Empty icon={<IconUserCheck />} title={t('Nothing to measure by yet')}>
      {atLeast(project.role, 'reviewer')
        ? t('Reliability rests on reviews, gold items and the answers of others to the same item. It shows here as soon as there are any.')
        : t('Once your work is reviewed, or others answered the same items, you see here how often you were right, and how you can tell.')}
    </Empty>
  );
}

function Everybody({ report }: { report: PeopleReport }) {
  const { project } = useProject();
  const me = useMe();
  const { data: ontology } = useQuery(ontologyQuery(project.id));
  const [open, setOpen] = useState<string | null>(() => (atLeast(project.role, 'reviewer') ? null : me.id));
  const categories = ontology?.ontology.categories ?? [];
  const nameOf = (id: string) => categories.find((category) => category.id === id)?.name ?? id;
  const seesAll = atLeast(project.role, 'reviewer');
  return (
    <Stack gap="md" data-testid="people">
      {!seesAll && (
        <Text size="sm" c="dimmed">
          {t('What this project’s managers see of you, you see here. You see nobody else.')}
        </Text>
      )}
      {report.discords.length > 0 && (
        <Alert color="blue" title={t('A guideline problem, not a person problem')}>
          <Text size="sm" mb={4}>
            {t('Here gold items or reviews contradict what people agree on among themselves. The guideline says something else than people read in it.')}
          </Text>
          <List size="sm">
            {report.discords.map((words) => (
              <List.Item key={words}>{words}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Paper p={0}>
        <Table.ScrollContainer minWidth={860}>
          <Table horizontalSpacing="lg">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('Name')}</Table.Th>
                <Table.Th>
                  <Titled title={t('Reliability')} method={spokenMethod('skill')} />
                </Table.Th>
                <Table.Th>
                  <Titled title={t('Over time')} method={spokenMethod('line')} />
                </Table.Th>
                <Table.Th ta="right">
                  <Titled title={t('Seconds an object')} method={spokenMethod('pace')} />
                </Table.Th>
                <Table.Th>
                  <Titled title={t('Errors')} method={spokenMethod('errors')} />
                </Table.Th>
                <Table.Th>
                  <Titled title={t('Noticed')} method={spokenMethod('noticed')} />
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {report.people.map((person) => (
                <PersonRow
                  key={person.member}
                  person={person}
                  project={project.id}
                  nameOf={nameOf}
                  isMe={person.member === me.id}
                  isOpen={open === person.member}
                  onOpen={() => setOpen(open === person.member ? null : person.member)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      <CommonErrors errors={report.errors} />
      <ConfusedPairs pairs={report.pairs} nameOf={nameOf} />
      <Text size="xs" c="dimmed">
        {t('Measured by {{answers}} that could be held against something.', { answers: count(report.outcomes, 'answer') })}
      </Text>
    </Stack>
  );
}
