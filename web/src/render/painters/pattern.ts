/** Hatches: the second sign of a category, for eyes that do not tell its color from another. */

const SIDE = 8;

/** Whether a pixel of an endless hatch is drawn. */
const HATCHES: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % SIDE < 2,
  (x, y) => (x - y + SIDE) % SIDE < 2,
  (_, y) => y % (SIDE / 2) < 1,
  (x) => x % (SIDE / 2) < 1,
  (x, y) => x % SIDE < 3 && y % SIDE < 3,
  (x, y) => (x + y) % SIDE < 1 || (x - y + SIDE) % SIDE < 1,
  (x, y) => x % SIDE < 1 || y % SIDE < 1,
  (x, y) => (x < SIDE / 2) === (y < SIDE / 2),
];

/** Whether a hatch draws at a place; places go on beyond its tile. */
export function hatched(pattern: number, x: number, y: number): boolean {
  const at = (value: number) => ((value % SIDE) + SIDE) % SIDE;
  return HATCHES[pattern % HATCHES.length]!(at(x), at(y));
}

const tiles = new Map<string, HTMLCanvasElement>();

/** A hatch in a color, for filling outlines. */
export function hatchOf(context: CanvasRenderingContext2D, pattern: number, color: string): CanvasPattern | string {
  const key = `${pattern % HATCHES.length} ${color}`;
  let tile = tiles.get(key);
  if (!tile) {
    tile = document.createElement('canvas');
    [tile.width, tile.height] = [SIDE, SIDE];
    const pen = tile.getContext('2d')!;
    pen.fillStyle = color;
    for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) if (hatched(pattern, x, y)) pen.fillRect(x, y, 1, 1);
    tiles.set(key, tile);
  }
  return context.createPattern(tile, 'repeat') ?? color;
}
