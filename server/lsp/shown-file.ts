import type { ProductionContent } from '../protocol.ts';
import type { Host } from '../remote/host.ts';

const MAX_SHOWN_BYTES = 8 * 1024 * 1024;

/** One production file as an editor can show it. */
export async function readForShow(
  host: Host,
  root: string,
  path: string,
  signal: AbortSignal,
): Promise<ProductionContent> {
  let content: ProductionContent = { kind: 'notText', reason: 'the host did not send it' };
  await host.request(
    'read',
    { root, files: [{ path }], maxBytes: MAX_SHOWN_BYTES },
    {
      signal,
      onPart: (part, body) => {
        content = part.problem === undefined ? asText(body) : { kind: 'notText', reason: part.problem };
      },
    },
  );
  return content;
}

function asText(body: Uint8Array): ProductionContent {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    return { kind: 'notText', reason: 'it is no UTF-8 text' };
  }
}
