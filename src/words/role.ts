/** Which side of a connection a socket is. */
export type Role = 'client' | 'server';
