import { describe, expect, it } from 'vitest';
import { startedBy } from '../../../../server/core/link/start-command.ts';

describe('a command that starts an application', () => {
  it.each([
    ['node server.js', ['server.js']],
    ['node --max-old-space-size=512 dist/main --port 80', ['dist/main']],
    ['NODE_ENV=production node -r dotenv/config ./src/index.js', ['dotenv/config', './src/index.js']],
    ['node --import=./trace.mjs --conditions live app.mjs', ['./trace.mjs', 'app.mjs']],
    ['cross-env NODE_ENV=production NODE_OPTIONS="--a b" nodemon "src/my app.js"', ['src/my app.js']],
    ['npx tsx watch src/index.ts', ['src/index.ts']],
    ['ts-node -P tsconfig.run.json src/main.ts', ['src/main.ts']],
    ['pm2 start app.js --name api', ['app.js']],
    ['pm2-runtime start ecosystem.config.js', ['ecosystem.config.js']],
    ['prisma migrate deploy && /usr/bin/node dist/main.js', ['dist/main.js']],
    ['node a.js & node b.js', ['a.js', 'b.js']],
    ['node .', ['.']],
    ['node --watch server.js', ['server.js']],
    ['nodemon --watch src -e ts,js server.js', ['server.js']],
    ['node $MAIN', ['$MAIN']],
  ])('%s', (command, files) => {
    expect(startedBy(command, [20, 19])).toMatchObject({ files, scripts: [] });
  });

  it.each([
    ['npm run build && npm run serve', ['build', 'serve']],
    ['npm start', ['start']],
    ['yarn --silent worker', ['worker']],
  ])('has its package manager run scripts: %s', (command, scripts) => {
    expect(startedBy(command, [20, 19])).toMatchObject({ files: [], scripts });
  });

  it.each(['next start', 'node -e 1 x.js', 'cd api && node server.js', '', '# nothing', '&& || ;'])(
    'starts nothing that we could follow: %s',
    (command) => {
      expect(startedBy(command, [20, 19]).files).toEqual([]);
    },
  );
});
