// A workgroup's share of a matmul with few columns: 128 rows, 32 columns; 8 rows and 4 columns a thread.
const THREAD_ROWS = 16u;
const THREAD_COLUMNS = 8u;
