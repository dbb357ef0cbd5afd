import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '@mantine/dropzone/styles.css';
import './ui/base.css';
import './ui/contrast.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app';
import { beginLanguage } from './language/chosen';
import { beginAppearance } from './ui/appearance';

beginAppearance();
// The first picture is in the reader's language already; a catalogue is one small file of this server.
await beginLanguage();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
