import { expect, test } from 'vitest';
import { imageOf, newest } from './kernels.mjs';

const image = (name) => imageOf({ name });

test('the newest image of a kernel, by its numbers', () => {
  const names = [
    'linux-image-6.1.0-9-cloud-amd64',
    'linux-image-6.1.0-50-cloud-amd64',
    'linux-image-6.1.0-47-cloud-amd64',
    'linux-image-6.1.0-51-cloud-amd64-dbg',
    'linux-image-6.1.0-51-cloud-amd64-unsigned',
    'linux-image-6.1.0-51-amd64',
    'linux-image-6.12.9+deb13-cloud-amd64',
    'linux-image-cloud-amd64',
  ];
  expect(newest(names, image('6.1'))).toBe('linux-image-6.1.0-50-cloud-amd64');
  expect(newest(names, image('6.12'))).toBe('linux-image-6.12.9+deb13-cloud-amd64');
  expect(newest(names, image('7.2'))).toBeUndefined();
});

test('the release is what follows the name', () => {
  expect(image('6.12').exec('linux-image-6.12.117+deb13-cloud-amd64')[1]).toBe('6.12.117+deb13-cloud-amd64');
});
