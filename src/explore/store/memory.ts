/** Zeros, `length` of them; `shared`: in memory that threads can share. Pages that are not touched cost nothing. */
export function ints(length: number, shared: boolean): Int32Array {
	return shared ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length);
}
