/** What stands in a plan's text and leads somewhere; the text itself is the server's. */
export interface PlanLines {
  /** `last` is the section's last line that is not empty. */
  readonly headings: readonly { readonly line: number; readonly last: number; readonly title: string }[];
  /** One file each, by its path relative to the root, with where that stands in its line. */
  readonly operations: readonly { readonly line: number; readonly start: number; readonly path: string }[];
}

/** Reads a plan's text, line by line. A line that is none of these is only text. */
export function readPlan(text: string): PlanLines {
  const lines = text.split(/\r?\n/);
  const headings = lines.flatMap((words, line) => {
    const title = /^##? (.+)$/.exec(words)?.[1];
    return title === undefined ? [] : [{ line, title }];
  });
  const lastFrom = (first: number, end: number): number => {
    let last = end - 1;
    while (last > first && lines[last] === '') last -= 1;
    return last;
  };
  return {
    headings: headings.map((heading, index) => ({
      ...heading,
      last: lastFrom(heading.line, headings[index + 1]?.line ?? lines.length),
    })),
    operations: lines.flatMap((words, line) => {
      // A path may hold anything, also two spaces; what follows it is always a size.
      const path = /^[+~-] (.+) {2}[\d→ ]+ bytes?$/.exec(words)?.[1];
      return path === undefined ? [] : [{ line, start: 2, path }];
    }),
  };
}
