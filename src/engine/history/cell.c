#include "engine/history/cell.h"

#include <stddef.h>

#include "base/mem.h"

struct garner_value gn_cell_integer(int64_t integer, bool known)
{
    return known ? garner_integer(integer) : garner_null();
}

int64_t gn_cell_integer_or(struct garner_value v, int64_t otherwise)
{
    return v.type == GARNER_INTEGER ? v.integer : otherwise;
}

bool gn_cell_copy(struct garner_value v, char **out)
{
    *out = v.type == GARNER_TEXT ? gn_memdup(v.bytes.data, v.bytes.size) : NULL;
    return *out != NULL || v.type != GARNER_TEXT;
}
