// Draws client/media/icon.png (128 × 128, for the marketplace) from client/media/icon.svg, in Debian's Chromium.
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const svg = await readFile(new URL('../client/media/icon.svg', import.meta.url), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
  await page.screenshot({ path: new URL('../client/media/icon.png', import.meta.url).pathname, omitBackground: true });
} finally {
  await browser.close();
}
