import { until } from '../support/processes.ts';
import { lastEvents, startReadyScene } from '../story/ready.ts';
import { APP } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';
import { badRelease } from '../story/voice-api.ts';
import { timed } from './measure.ts';
import type { Measured } from './measure.ts';

/** From the first probe that failed to the old version's first answer, against nothing but PM2's own restart of a healthy app. */
export async function recovery(): Promise<Measured[]> {
  const scene = await startReadyScene();
  try {
    const answers = (): Promise<void> => until('it answers', async () => (await scene.get('/calls')).status === 200);
    const restart = await timed(async () => {
      await scene.pm2.run('restart', APP);
      await answers();
    });
    const ours = await undoing(scene);
    const what = 'failed probe to old version answering';
    return [{ what, ours: { name: 'driftline', ms: ours }, other: { name: 'pm2 restart alone', ms: restart } }];
  } finally {
    await scene.stop();
  }
}

async function undoing(scene: Scene): Promise<number> {
  await badRelease(scene.repository);
  const deploy = scene.start(['deploy', '--yes']);
  const failed = (): Date | undefined => {
    const event = lastEvents(scene, 'probe').find(
      (each) => each['ok'] === false && String(each['saw']).startsWith('500'),
    );
    return event === undefined ? undefined : new Date(String(event['at']));
  };
  await until('a probe fails', () => failed() !== undefined);
  await until('the old version answers', async () => (await scene.get('/calls')).status === 200);
  const answered = Date.now();
  const { status } = await deploy.ended;
  if (status !== 4) throw new Error(`the deploy ended with ${String(status)}`);
  return answered - (failed()?.getTime() ?? Number.NaN);
}
