/** Lines over two logarithmic axes. */
export interface Plot {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 400, 60, 220, 40, 50];
const COLOURS = ['#7c3aed', '#c2410c', '#64748b', '#0f766e'];

/** An SVG picture that can be read on a light and on a dark page. */
export function plot({ title, across, up, lines }: Plot): string {
  const all = lines.flatMap((line) => line.points);
  const x = scale(
    all.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    all.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...x.ticks.map((tick) => `<path d="M${x.at(tick)} ${TOP}V${HEIGHT - BOTTOM}"/>`),
    ...y.ticks.map((tick) => `<path d="M${LEFT} ${y.at(tick)}H${WIDTH - RIGHT}"/>`),
  ];
  const labels = [
    ...x.ticks.map((tick) => text(x.at(tick), HEIGHT - BOTTOM + 18, 'middle', short(tick))),
    ...y.ticks.map((tick) => text(LEFT - 8, y.at(tick) + 4, 'end', short(tick))),
    text(WIDTH / 2 - RIGHT / 2, HEIGHT - 10, 'middle', across),
    text(LEFT, TOP - 8, 'middle', up),
    text(LEFT + 40, 20, 'start', title),
  ];
  const drawn = lines.flatMap(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '';
    const places = points.map(([across_, up_]) => [x.at(across_), y.at(up_)] as const);
    const [endX = 0, endY = 0] = places.at(-1) ?? [];
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map((place) => place.join(',')).join(' ')}"/>`,
      ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
      `<g fill="${colour}">${text(endX + 10, endY + 4, 'start', `${name}, ${short(points.at(-1)?.[1] ?? 0)}`)}</g>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<g stroke="#94a3b8" stroke-opacity="0.4">${grid.join('')}</g>`,
    `<g fill="#64748b">${labels.join('')}</g>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

/** A logarithmic axis over whole decades, with a tick at 1, 2 and 5 of each. */
function scale(values: readonly number[], from: number, to: number): { ticks: number[]; at(value: number): number } {
  const ticks: number[] = [];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  for (let decade = Math.floor(Math.log10(least)); decade <= Math.ceil(Math.log10(most)); decade++) {
    for (const step of [1, 2, 5]) ticks.push(step * 10 ** decade);
  }
  const first = ticks.findLastIndex((tick) => tick <= least);
  const last = ticks.findIndex((tick) => tick >= most);
  const shown = ticks.slice(Math.max(0, first), last < 0 ? undefined : last + 1);
  const [low, high] = [Math.log(shown[0] ?? 1), Math.log(shown.at(-1) ?? 10)];
  return {
    ticks: shown,
    at: (value) => Math.round((from + ((Math.log(value) - low) / (high - low)) * (to - from)) * 10) / 10,
  };
}

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', words: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

function short(value: number): string {
  return value >= 1000 ? `${value / 1000}k` : String(Number(value.toPrecision(2)));
}
