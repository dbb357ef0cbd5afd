/** What each tool wants of the hand, in a line. */
import { phrase } from '../../language/language';
export const WANTS: Readonly<Record<string, string>> = {
  select: phrase('Click to select, drag to move, drag on nothing to frame. Space and drag moves the view.'),
  box: phrase('Drag a box, or click two opposite corners. Shift: square; Alt: from the middle.'),
  extreme: phrase('Click the top, left, bottom and right end of the thing, in any order.'),
  rotated_box: phrase('Drag or click along one side, then click at the side across. Shift: steps of 15°.'),
  polygon: phrase('Click the corners, or drag freehand. Enter or the first corner closes it. Shift follows a neighbour’s border.'),
  polyline: phrase('Click the points, or drag freehand. Enter or a double click ends it.'),
  points: phrase('Click a point. Shift: several in one annotation, Enter ends it.'),
  ellipse: phrase('Drag a frame around it. Shift: circle; Alt: from the middle. Turn it by its handle.'),
  skeleton: phrase('Click the keypoints in order, or drag a frame for all. Shift: occluded; Tab: absent; Enter: done.'),
  cuboid: phrase('Drag the front face, then click where the top right corner of the back lies. Shift: smaller back.'),
  brush: phrase('Paint. Alt erases; [ and ] or Alt and the wheel change the size; Enter begins a new mask.'),
  eraser: phrase('Erase from the selected mask, or from all under the brush. Alt paints.'),
  lasso: phrase('Drag around what belongs to the mask. Alt takes it away.'),
  fill: phrase('Click into a hole of a mask to fill it.'),
  wand: phrase('Click for the region of like color; drag to the right for more of it. Shift adds, Alt takes away; Enter takes it.'),
  scissors: phrase('Click along an edge: the wire follows it. Enter or the first point closes it, Backspace goes back.'),
  superpixels: phrase('Paint over superpixels to take them in. Alt takes away; [ and ] change their size; Enter takes it.'),
  grabcut: phrase('Drag a box around an object, then correct with strokes: plain adds, Alt takes away. Enter takes it.'),
  segment: phrase('Click on an object, or drag a box around it. Alt and click: not this; Backspace goes back; Enter takes it.'),
  hole: phrase('Draw around what does not belong to the selection.'),
  part: phrase('Draw a further part of the selection.'),
  cut: phrase('Draw a line across: Enter or a double click cuts.'),
  relate: phrase('Click the annotation it begins at, then the one it leads to.'),
  measure: phrase('Drag from one place to another.'),
  pan: phrase('Drag to move the view, wheel to zoom.'),
};

/** What a hand can do with the only shape that is selected. */
export const HOLDS: Readonly<Record<string, string>> = {
  polygon: phrase('Drag a corner to move it, the middle of a side to add one. A double click takes a corner away.'),
  polyline: phrase('Drag a point to move it, the middle of a stretch to add one. A double click takes a point away.'),
  points: phrase('Drag a point to move it. A double click takes it away.'),
  rotated_box: phrase('Drag a side or a corner, or the round handle to turn it. Shift: steps of 15°.'),
  ellipse: phrase('Drag a side or a corner, or the round handle to turn it. Shift: steps of 15°.'),
  skeleton: phrase('Drag a keypoint to move it. A double click makes it absent; the panel brings it back.'),
  cuboid: phrase('Drag a corner of a face, or the round handle to move the back face.'),
  mask: phrase('Drag to move. The brush (M) and the eraser (X) change its pixels.'),
};
