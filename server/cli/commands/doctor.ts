import type { Command } from 'commander';
import { doctor } from '../../app/doctor.ts';
import { exitOfDoctor } from '../exit-codes.ts';
import { verb, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { doctorReport } from '../output/doctor.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

export function doctorCommand(door: Door): Command {
  return withHost(
    verb(
      'doctor',
      'Look at all that a deploy needs, from the connection to the clock, and say what to do; writes nothing.',
    ).summary('is everything there that a deploy needs?'),
  ).action((options: HostOptions) =>
    door.ends(
      onTarget(door.around, { ...options, verb: 'doctor' }, async ({ context, report, show }) => {
        const result = await doctor(context);
        show(result, doctorReport(result, report));
        return exitOfDoctor(result);
      }),
    ),
  );
}
