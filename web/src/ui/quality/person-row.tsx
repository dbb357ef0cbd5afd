/** One person: skill, line over time, speed, errors and alarms; more of each when opened. */
import { ActionIcon, Anchor, Badge, Group, Stack, Table, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Link } from 'react-router';

import { t } from '../../language/language';
import { useCodeWords } from '../error-codes';
import { useProject } from '../project';
import { count, moment, number } from '../words';
import { exploring } from './behind';
import { ConfusionMatrix } from './confusion-matrix';
import { share } from './figures';
import { Bar, Titled } from './how';
import { spokenMethod } from './method-words';
import { noticed, Spark } from './spark';
import type { PersonQuality, Share, Skill } from './wire';

interface Props {
  person: PersonQuality;
  project: string;
  nameOf: (id: string) => string;
  isMe: boolean;
  isOpen: boolean;
  onOpen: () => void;
}

export function PersonRow({ person, project, nameOf, isMe, isOpen, onOpen }: Props) {
  const codeWord = useCodeWords(project);
  const overall = person.skills.find(({ category }) => category === null);
  const codes = Object.entries(person.codes);
  const found = codes.reduce((sum, [, times]) => sum + times, 0);
  return (
    <>
      <Table.Tr data-testid="person">
        <Table.Td>
          <Group gap={6} wrap="nowrap">
            <ActionIcon variant="subtle" color="gray" size="sm" aria-expanded={isOpen} aria-label={t('More of {{name}}', { name: person.name })} onClick={onOpen}>
              {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
            </ActionIcon>
            {isMerged(person) ? (
              <Text size="sm" fw={560} title={t('What several people’s answers were merged into, as reviews found it')}>
                {t('Merged answers')}
              </Text>
            ) : (
              <Anchor component={Link} size="sm" c="inherit" fw={560} className="lw-break" to={exploring(project, { authors: [person.member] })} title={t('Open their items')}>
                {person.name}
              </Anchor>
            )}
            {isMe && (
              <Badge size="xs" variant="light" tt="none">
                {t('you')}
              </Badge>
            )}
          </Group>
        </Table.Td>
        <Table.Td>{overall ? <SkillFigure skill={overall} /> : <Text size="sm" c="dimmed">{t('undefined')} · {t('no answers to measure by')}</Text>}</Table.Td>
        <Table.Td>
          <Spark person={person} />
        </Table.Td>
        <Table.Td ta="right">
          <Pace person={person} />
        </Table.Td>
        <Table.Td>
          <Text size="sm">{found ? number(found) : '–'}</Text>
          <Text size="xs" c="dimmed">
            {codes.slice(0, 2).map(([code, times]) => `${codeWord(code)} ${number(times)}`).join(', ')}
          </Text>
        </Table.Td>
        <Table.Td>
          {person.alarms.length > 0 && (
            <Badge color="orange" variant="light" tt="none" leftSection={<IconAlertTriangle size={12} />}>
              {number(noticed(person.alarms).length)}
            </Badge>
          )}
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={6} style={{ background: 'var(--lw-sunken)' }}>
            <More person={person} nameOf={nameOf} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

const isMerged = (person: PersonQuality): boolean => person.member.startsWith('consensus:');

function Pace({ person }: { person: PersonQuality }) {
  if (person.seconds_per_object === null) return <Text size="sm" c="dimmed">–</Text>;
  return (
    <>
      <Text size="sm">{t('{{value}} s', { value: Number(person.seconds_per_object.toFixed(1)) })}</Text>
      {person.pace !== null && (
        <Text size="xs" c="dimmed">
          {t('pace {{value}}', { value: person.pace.toFixed(2) })}
        </Text>
      )}
    </>
  );
}

/** The skill on everything; what gold and what peers say of it stands in the tooltip. */
function SkillFigure({ skill }: { skill: Skill }) {
  const told = (
    <Stack gap={2}>
      <SourceLine word={t('By gold items and reviews')} of={skill.gold} />
      <SourceLine word={t('By the answers of others')} of={skill.peer} />
    </Stack>
  );
  return (
    <Tooltip label={told} multiline>
      <Stack gap={3} maw={190} tabIndex={0} data-testid="skill">
        <Group gap={6} align="baseline" wrap="nowrap">
          <Text size="sm" fw={620}>
            {share(skill.fused.value)}
          </Text>
          <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
            {t('{{low}} to {{high}}', { low: share(skill.fused.low), high: share(skill.fused.high) })}
          </Text>
        </Group>
        <Bar measure={skill.fused} />
      </Stack>
    </Tooltip>
  );
}

function SourceLine({ word, of }: { word: string; of: Share | null }) {
  return (
    <Text size="xs">
      {word}: {of ? t('{{value}} ({{low}} to {{high}}), {{count}} answers', { value: share(of.value), low: share(of.low), high: share(of.high), count: Math.round(of.evidence) }) : t('nothing yet')}
    </Text>
  );
}

function More({ person, nameOf }: { person: PersonQuality; nameOf: (id: string) => string }) {
  const codeWord = useCodeWords(useProject().project.id);
  const byCategory = person.skills.filter(({ category }) => category !== null);
  const codes = Object.entries(person.codes);
  return (
    <Stack gap="md" py="sm" data-testid="person-more">
      {noticed(person.alarms).map((alarm) => (
        <Group key={alarm.reason} gap={8} wrap="nowrap" align="flex-start">
          <IconAlertTriangle size={16} color="var(--lw-returned)" style={{ flex: 'none', marginTop: 2 }} />
          <Text size="sm">
            {alarm.reason}
            {alarm.since && (
              <Text span c="dimmed">
                {' '}
                {t('Since {{time}}.', { time: moment(alarm.since) })}
              </Text>
            )}
            {alarm.times > 1 && (
              <Text span c="dimmed">
                {' '}
                {t('Noticed {{count}} times since.', { count: alarm.times })}
              </Text>
            )}
          </Text>
        </Group>
      ))}
      <Text size="sm">
        {t('Of {{checked}} held against gold or a review, {{wrong}} were wrong.', { checked: count(person.checked, 'annotation'), wrong: number(person.wrong) })}
        {codes.length > 0 && ` ${codes.map(([code, times]) => `${codeWord(code)}: ${number(times)}`).join('; ')}.`}
      </Text>
      <Group align="flex-start" gap="xl">
        {byCategory.length > 0 && (
          <Table w="auto" verticalSpacing={4} withRowBorders={false}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('Category')}</Table.Th>
                <Table.Th>
                  <Titled title={t('Reliability')} method={spokenMethod('skill')} />
                </Table.Th>
                <Table.Th ta="right">{t('Answers')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {byCategory.map((skill) => (
                <Table.Tr key={skill.category}>
                  <Table.Td>{nameOf(skill.category!)}</Table.Td>
                  <Table.Td>
                    <SkillFigure skill={skill} />
                  </Table.Td>
                  <Table.Td ta="right">{number(Math.round(skill.fused.evidence))}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <ConfusionMatrix cells={person.confusions} nameOf={nameOf} />
      </Group>
    </Stack>
  );
}
