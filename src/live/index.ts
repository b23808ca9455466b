export { liveWindow, type LiveRow, type LiveWindow } from './model/window.ts';
export { LiveSocket, type Routes } from './socket/socket.ts';
