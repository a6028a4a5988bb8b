// A workgroup's share of a matmul: 64 rows, 64 columns; 8 rows and 4 columns a thread.
const THREAD_ROWS = 8u;
const THREAD_COLUMNS = 16u;
