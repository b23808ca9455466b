export interface Colours {
  readonly text: string;
  readonly calm: string;
  readonly trouble: string;
  readonly workload: string;
  readonly peer: string;
  readonly background: string;
}

/** The colours of app.css that are in force, for what is drawn on a canvas. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { text: of('text'), calm: of('calm'), trouble: of('trouble'), workload: of('workload'), peer: of('peer'), background: of('background') };
}
