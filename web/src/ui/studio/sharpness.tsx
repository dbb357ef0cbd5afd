/** A calm word while the tiles of a huge picture are on their way, or why it does not get sharper. */
import { useEffect, useState } from 'react';

import { t } from '../../language/language';
import type { Picture } from '../../render/picture';
import { percent } from '../words';
import classes from './sharpness.module.css';
import { useSignal } from './use-signal';

const PATIENCE = 500; // milliseconds; what is ready before needs no word

export function SharpnessNote({ picture }: { picture: Picture }) {
  useSignal(picture.changed);
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [picture]);
  const { state, done, problem } = picture.sharpness;
  if (state === 'sharp' || (state === 'making' && !isSlow)) return null;
  return (
    <div className={classes.note} role="status" data-testid="sharpness" data-state={state}>
      {state === 'making' ? (
        <>
          <span className={classes.dot} aria-hidden />
          {t('Sharpening…')} {done > 0 && percent(done, 1)}
        </>
      ) : (
        <>
          {t('This is a preview; it does not get sharper.')} {problem}
        </>
      )}
    </div>
  );
}
