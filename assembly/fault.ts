/** How a function of the kernel says what is wrong: a negative number, whose sentence is in src/kernel/fault.ts. */
export const SOUND: i32 = 0;

export const HEADER_INVALID: i32 = -1;
export const SOURCE_CUT: i32 = -2;
export const BLOCK_INVALID: i32 = -3;
export const STORED_LENGTH_INVALID: i32 = -4;
export const CODE_LENGTHS_INVALID: i32 = -5;
export const CODE_INVALID: i32 = -6;
export const SYMBOL_INVALID: i32 = -7;
export const DISTANCE_TOO_FAR: i32 = -8;
export const CONTENT_TOO_LONG: i32 = -9;
export const CONTENT_TOO_SHORT: i32 = -10;

export const DELTA_CUT: i32 = -11;
export const DELTA_SIZE_INVALID: i32 = -12;
export const BASE_SIZE_DIFFERS: i32 = -13;
export const RESULT_SIZE_DIFFERS: i32 = -14;
export const COMMAND_INVALID: i32 = -15;
export const COPY_OUTSIDE_BASE: i32 = -16;
export const RESULT_TOO_LONG: i32 = -17;
export const RESULT_TOO_SHORT: i32 = -18;
