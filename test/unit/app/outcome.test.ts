import { describe, expect, it } from 'vitest';
import { asSentence } from '../../../server/app/outcome.ts';

describe('asSentence', () => {
  it.each([
    ['the probe "calls" keeps seeing: 500', 'The probe "calls" keeps seeing: 500.'],
    ['healthy', 'Healthy.'],
    ['given up.', 'Given up.'],
    ['src/lib/log.js changed', 'src/lib/log.js changed.'],
    ['index.js changed', 'index.js changed.'],
    ['voice-api is down', 'voice-api is down.'],
  ])('makes of %j', (clause, sentence) => expect(asSentence(clause)).toBe(sentence));
});
