// Knows where the React app begins.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Classifier } from './Classifier.tsx';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Classifier url="model/model.json" />
    </StrictMode>,
  );
}
