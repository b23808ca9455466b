export { liveWindow, type LiveRow, type LiveWindow } from './model/window.ts';
export { namedWorkloads } from './model/named.ts';
export { Recent } from './recent/recent.ts';
export { LiveSocket, type Routes } from './socket/socket.ts';
