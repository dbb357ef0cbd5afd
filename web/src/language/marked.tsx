/** A sentence with markup inside: `<Marked sentence="Freeze it as a <link>release</link>." parts={{ link: <Link …/> }} />`. */
import type { ReactElement } from 'react';
import { Trans } from 'react-i18next';

import { i18n, type Values, written } from './language';

interface Props {
  sentence: string;
  parts: Record<string, ReactElement>;
  values?: Values;
}

export function Marked({ sentence, parts, values = {} }: Props) {
  return <Trans i18n={i18n} i18nKey={sentence} components={parts} values={written(values)} />;
}
