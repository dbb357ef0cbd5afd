/** The part of OpenCV's browser build that the smart tools use, and how its memory is given back. */

export interface Deletable {
  delete(): void;
}

export interface Mat extends Deletable {
  readonly rows: number;
  readonly cols: number;
  readonly data: Uint8Array;
  readonly data32S: Int32Array;
  setTo(value: readonly number[]): void;
  copyTo(to: Mat): void;
  clone(): Mat;
}

export interface MatVector extends Deletable {
  size(): number;
  get(index: number): Mat;
}

export interface Scissors extends Deletable {
  setEdgeFeatureCannyParameters(low: number, high: number): void;
  setGradientMagnitudeMaxLimit(limit: number): void;
  applyImage(image: Mat): void;
  buildMap(from: XY): void;
  getContour(to: XY, contour: Mat): void;
}

interface XY {
  readonly x: number;
  readonly y: number;
}

type Make<T, A extends unknown[] = []> = new (...args: A) => T;

export interface Cv {
  Mat: Make<Mat, [] | [rows: number, cols: number, type: number] | [rows: number, cols: number, type: number, value: readonly number[]]>;
  MatVector: Make<MatVector>;
  Point: Make<XY, [x: number, y: number]>;
  Size: Make<object, [width: number, height: number]>;
  Rect: Make<object, [x: number, y: number, width: number, height: number]>;
  Scalar: Make<number[], number[]>;
  segmentation_IntelligentScissorsMB: Make<Scissors>;
  readonly [constant: `${'CV_' | 'COLOR_' | 'GC_' | 'FLOODFILL_' | 'RETR_' | 'CHAIN_' | 'THRESH_'}${string}`]: number;
  cvtColor(from: Mat, to: Mat, code: number): void;
  GaussianBlur(from: Mat, to: Mat, size: object, sigma: number): void;
  blur(from: Mat, to: Mat, size: object): void;
  threshold(from: Mat, to: Mat, above: number, value: number, kind: number): void;
  resize(from: Mat, to: Mat, size: object, fx: number, fy: number, interpolation: number): void;
  floodFill(image: Mat, mask: Mat, seed: XY, value: readonly number[], area: object, low: readonly number[], high: readonly number[], flags: number): number;
  findContours(image: Mat, contours: MatVector, hierarchy: Mat, mode: number, method: number): void;
  drawContours(image: Mat, contours: MatVector, index: number, color: readonly number[], thickness: number): void;
  contourArea(contour: Mat): number;
  countNonZero(image: Mat): number;
  connectedComponents(image: Mat, labels: Mat, connectivity: number): number;
  watershed(image: Mat, markers: Mat): void;
  grabCut(image: Mat, mask: Mat, area: object, background: Mat, foreground: Mat, rounds: number, mode: number): void;
  erode(from: Mat, to: Mat, kernel: Mat): void;
  dilate(from: Mat, to: Mat, kernel: Mat): void;
  exceptionFromPtr(pointer: number): { msg: string };
}

type Keep = <T extends Deletable>(made: T) => T;

/** Runs some work; what it keeps is deleted at its end, for nothing else gives OpenCV's memory back. */
export function scoped<T>(work: (keep: Keep) => T): T {
  const kept: Deletable[] = [];
  try {
    return work((made) => {
      kept.push(made);
      return made;
    });
  } finally {
    for (const made of kept) made.delete();
  }
}

/** The error in words: OpenCV throws the addresses of its own. */
export function wordsOf(cv: Cv, error: unknown): string {
  if (typeof error !== 'number') return error instanceof Error ? error.message : String(error);
  try {
    return cv.exceptionFromPtr(error).msg;
  } catch {
    return 'The picture library failed.';
  }
}

/** The library once it can be used. In a box, for by itself it looks like a promise that never settles. */
export async function boxed(library: unknown): Promise<{ cv: Cv }> {
  const module = library as Partial<Cv> & { then?: unknown; onRuntimeInitialized?: () => void };
  delete module.then;
  if (!module.Mat) await new Promise<void>((resolve) => (module.onRuntimeInitialized = resolve));
  return { cv: module as Cv };
}
