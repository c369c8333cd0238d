/** Close codes that ask for more than to connect again. */
export const ABNORMAL = 1006; // it ended without a close frame
export const TOO_LARGE = 1009;
export const UNREADABLE = [1003, 1007];
export const EXPIRED = 4401;
export const SUSPENDED = 4423; // by a moderator, from everything
export const FINAL = [4403, 4409, SUSPENDED, 4429]; // access ended by the host application; too many connections of this user; too many failures
