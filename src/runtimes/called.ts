/** What a runtime calls a container. */
export interface Called {
  readonly name: string;
  readonly image: string | undefined;
}

/** `registry:5000/tools/web:1.2@sha256:...` is `registry:5000/tools/web`; an id has no name. */
export function withoutTag(image: string | undefined): string | undefined {
  const name = image?.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return name === undefined || name === '' || /^sha256$|^[0-9a-f]{64}$/.test(name) ? undefined : name;
}
