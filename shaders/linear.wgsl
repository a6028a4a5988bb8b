// x·weightᵀ + bias: a row an example.

struct Row {
    base: u32,
}

struct Column {
    offset: u32,
}

fn rows_of(phase: u32) -> u32 {
    return select(0u, stage.rows, phase == 0u);
}

fn inner_of(phase: u32) -> u32 {
    return stage.inner;
}

fn row_of(row: u32, phase: u32) -> Row {
    return Row(stage.input_base + row * stage.inner);
}

fn place_of(row: u32, phase: u32) -> u32 {
    return row;
}

fn column_of(k: u32, phase: u32) -> Column {
    return Column(k);
}

fn address_of(row: Row, column: Column) -> u32 {
    return row.base + column.offset;
}
