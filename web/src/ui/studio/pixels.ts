/** The pixels of the picture at hand, for the smart tools: as the file has them, a window at a time. */
import { PLAIN } from '../../editor/adjustments';
import type { Picture } from '../../render/picture';
import type { PictureSource } from '../../smart/predictor';
import { sizeOfCopy, type Window } from '../../smart/window';

const PREVIEW = 2048; // pixels of the longer side that are there before a pyramid is
const PATIENCE = 4000; // milliseconds for tiles to come
const PAUSE = 60;

export function pixelsOf(picture: Picture): PictureSource {
  const { width, height } = picture;
  return {
    width,
    height,
    sharpest: () => (picture.sharpness.state === 'sharp' ? 1 : Math.min(1, PREVIEW / Math.max(width, height))),
    read: (window) => read(picture, window),
  };
}

async function read(picture: Picture, window: Window): Promise<ImageBitmap> {
  const { width, height } = sizeOfCopy(window);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser has no room for a copy of the picture. Close other tabs, and try again.');
  const { left, top, right } = window.area;
  const scale = width / (right - left);
  const place = { scale, left: -left * scale, top: -top * scale, ratio: 1 };
  // Tiles that are not here yet are asked for by painting them.
  for (let waited = 0; ; waited += PAUSE) {
    picture.paint(context, place, PLAIN);
    const isDone = picture.isSharp || picture.sharpness.state !== 'sharp' || waited >= PATIENCE;
    // The surface paints its own part again, and asks for its own tiles.
    if (waited > 0 || !isDone) picture.changed.emit();
    if (isDone) return createImageBitmap(canvas);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
