/** OpenCV's own build for the browser. It weighs 11 MB: only the worker of the smart tools loads it. */
import opencv from '@techstark/opencv-js';

import { boxed, type Cv } from './cv';

export const opened = (): Promise<{ cv: Cv }> => boxed(opencv);
