import { useSyncExternalStore } from 'react';

import type { Signal } from '../../editor/signal';

/** Draws the component again whenever one of the signals is emitted. */
export function useSignal(...signals: Signal[]): void {
  for (const signal of signals) {
    // The number of signals a component listens to never changes between its renders.
    useSyncExternalStore(signal.subscribe, signal.snapshot);
  }
}
