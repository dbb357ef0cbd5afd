/** Guideline text: Markdown without raw HTML; pictures come from the project, never from elsewhere. */
import { Box, Text } from '@mantine/core';
import Markdown, { defaultUrlTransform } from 'react-markdown';

import { address } from '../../api';
import { t } from '../../language/language';
import classes from './markdown.module.css';

const PICTURE = /^guideline:([0-9a-f]{64})$/;

/** The address of a guideline picture, or nothing for a picture from elsewhere. */
export function pictureAddress(project: string, source: string): string {
  const found = PICTURE.exec(source);
  return found ? address(`/projects/${project}/guideline-images/${found[1]}`) : '';
}

export function Guideline({ project, text }: { project: string; text: string }) {
  if (!text.trim()) {
    return (
      <Text c="dimmed" size="sm">
        {t('Nothing is written here yet.')}
      </Text>
    );
  }
  return (
    <Box className={classes.text} lang="">
      <Markdown
        urlTransform={(url, key) => (key === 'src' ? pictureAddress(project, url) : defaultUrlTransform(url))}
        components={{
          a: ({ children, href }) => (
            <a href={href} target="_blank" rel="noreferrer noopener">
              {children}
            </a>
          ),
          img: ({ src, alt }) =>
            src ? <img src={src} alt={alt ?? ''} loading="lazy" /> : <em>{t('Picture left out: it is not in this project')}</em>,
        }}
      >
        {text}
      </Markdown>
    </Box>
  );
}
