/** What an action is, and what it may reach. The table itself stands in actions.ts. */
import type { Editor } from './editor';
import type { Flow } from './flow';

/** What an action may reach beside the editor. */
export interface Studio {
  editor: Editor;
  flow: Flow;
  isReview: boolean;
  canSubmit: boolean;
  useTool(name: string): void;
  /** Whether a tool can be used here and now. */
  can(tool: string): boolean;
  toolName(): string;
  /** A step more or less of what a smart tool is set by. */
  tune(setting: 'tolerance' | 'superpixel', direction: 1 | -1): void;
  /** Draw once more what was drawn last. */
  again(): void;
  /** Whether a category of the ontology is marked as a kind of shape. */
  knows(kind: string): boolean;
  feed(kind: 'confirm' | 'cancel' | 'back' | 'skip'): void;
  isDrawing(): boolean;
  /** Whether the tool in use draws; keys of categories then leave the selection alone. */
  toolDraws(): boolean;
  submit(): void;
  accept(): void;
  sendBack(): void;
  skip(): void;
  /** Leave for the next or previous item of the project. */
  goToItem(by: 1 | -1): void;
  openPalette(): void;
  openHelp(): void;
  acceptPrediction(all: boolean): void;
}

export type Group = 'Tools' | 'Edit' | 'Shapes' | 'Select' | 'View' | 'Proposals' | 'Task' | 'Review' | 'Categories';

export interface Action {
  readonly id: string;
  readonly title: string;
  readonly group: Group;
  readonly keys: readonly string[];
  /** Whether a key held down runs it again and again; anything else runs once a press. */
  readonly repeats?: boolean;
  enabled?(studio: Studio): boolean;
  run(studio: Studio): void;
}
