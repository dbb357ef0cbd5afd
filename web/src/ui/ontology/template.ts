/** Editing a skeleton's template as pure steps: its keypoints, edges, and pairs of left and right. */
import { t } from '../../language/language';
import type { SkeletonTemplate } from '../../wire';

type Pair = [number, number];

export const EMPTY_TEMPLATE: SkeletonTemplate = { keypoints: [], edges: [], swaps: [] };

/** The 17 keypoints of people in COCO (Lin and others, 2014), in its order. */
export const PERSON: SkeletonTemplate = {
  keypoints: [
    ['nose', 0.5, 0.09],
    ['left eye', 0.54, 0.07],
    ['right eye', 0.46, 0.07],
    ['left ear', 0.59, 0.09],
    ['right ear', 0.41, 0.09],
    ['left shoulder', 0.66, 0.22],
    ['right shoulder', 0.34, 0.22],
    ['left elbow', 0.74, 0.38],
    ['right elbow', 0.26, 0.38],
    ['left wrist', 0.8, 0.52],
    ['right wrist', 0.2, 0.52],
    ['left hip', 0.6, 0.54],
    ['right hip', 0.4, 0.54],
    ['left knee', 0.61, 0.75],
    ['right knee', 0.39, 0.75],
    ['left ankle', 0.62, 0.97],
    ['right ankle', 0.38, 0.97],
  ].map(([name, x, y]) => ({ name: name as string, x: x as number, y: y as number })),
  edges: [
    [15, 13], [13, 11], [16, 14], [14, 12], [11, 12], [5, 11], [6, 12], [5, 6], [5, 7], [6, 8],
    [7, 9], [8, 10], [1, 2], [0, 1], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6],
  ],
  swaps: [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12], [13, 14], [15, 16]],
};

export function withPoint(template: SkeletonTemplate, x: number, y: number): SkeletonTemplate {
  const names = new Set(template.keypoints.map(({ name }) => name));
  let number = template.keypoints.length + 1;
  while (names.has(`point ${number}`)) number++;
  return { ...template, keypoints: [...template.keypoints, { name: `point ${number}`, x: inside(x), y: inside(y) }] };
}

export function movedPoint(template: SkeletonTemplate, index: number, x: number, y: number): SkeletonTemplate {
  return changed(template, index, { x: inside(x), y: inside(y) });
}

/** Names tell which are left and right, so the pairs follow them. */
export function renamedPoint(template: SkeletonTemplate, index: number, name: string): SkeletonTemplate {
  const next = changed(template, index, { name });
  return { ...next, swaps: pairsByName(next) };
}

/** Without one keypoint; those after it move up in every edge and pair. */
export function withoutPoint(template: SkeletonTemplate, index: number): SkeletonTemplate {
  const up = (pairs: readonly Pair[] | undefined): Pair[] =>
    (pairs ?? [])
      .filter(([a, b]) => a !== index && b !== index)
      .map(([a, b]): Pair => [a > index ? a - 1 : a, b > index ? b - 1 : b]);
  return {
    keypoints: template.keypoints.filter((_, i) => i !== index),
    edges: up(template.edges),
    swaps: up(template.swaps),
  };
}

/** Join two keypoints, or part them where they are joined. */
export function toggledEdge(template: SkeletonTemplate, a: number, b: number): SkeletonTemplate {
  const edges = template.edges ?? [];
  const others = edges.filter(([p, q]) => !(p === a && q === b) && !(p === b && q === a));
  return { ...template, edges: others.length < edges.length || a === b ? others : [...edges, [a, b]] };
}

/** Keypoints whose names differ only in “left” and “right”. */
export function pairsByName({ keypoints }: SkeletonTemplate): Pair[] {
  const places = new Map(keypoints.map(({ name }, i) => [name.toLowerCase().trim(), i]));
  return keypoints.flatMap(({ name }, i): Pair[] => {
    const left = name.toLowerCase().trim();
    const other = places.get(left.replace(/\bleft\b/, 'right'));
    return /\bleft\b/.test(left) && other !== undefined && other !== i ? [[i, other]] : [];
  });
}

/** What keeps a template from being saved, in words. */
export function templateFaults(template: SkeletonTemplate | null | undefined): string[] {
  if (!template || template.keypoints.length === 0) return [t('Its skeleton needs keypoints.')];
  const names = template.keypoints.map(({ name }) => name.trim());
  if (names.some((name) => !name)) return [t('Every keypoint needs a name.')];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice ? [t('The keypoint “{{name}}” stands twice.', { name: twice })] : [];
}

function changed(template: SkeletonTemplate, index: number, fields: Partial<SkeletonTemplate['keypoints'][number]>): SkeletonTemplate {
  return { ...template, keypoints: template.keypoints.map((point, i) => (i === index ? { ...point, ...fields } : point)) };
}

const inside = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
