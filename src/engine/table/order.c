#include "engine/table/order.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TWO_TO_63 9223372036854775808.0

/* A whole number is one, however it is written, as in SQL. */
static struct garner_value plain(struct garner_value v)
{
    if (v.type == GARNER_REAL && v.real >= -TWO_TO_63 && v.real < TWO_TO_63 &&
        v.real == (double)(int64_t)v.real)
        return garner_integer((int64_t)v.real);
    return v;
}

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* An integer against a real that is none: within 2^53 a double has it exactly,
 * beyond 2^63 it makes no difference. */
static int order_numbers(const struct garner_value *a,
                         const struct garner_value *b)
{
    const double x = a->type == GARNER_REAL ? a->real : (double)a->integer;
    const double y = b->type == GARNER_REAL ? b->real : (double)b->integer;

    if (a->type == GARNER_INTEGER && b->type == GARNER_INTEGER)
        return order(a->integer, b->integer);
    if (x == y) /* the largest integers round up to a real */
        return (a->type == GARNER_REAL) - (b->type == GARNER_REAL);
    return (x > y) - (x < y);
}

static bool is_number(const struct garner_value *v)
{
    return v->type == GARNER_INTEGER || v->type == GARNER_REAL;
}

static int order_values(struct garner_value a, struct garner_value b)
{
    size_t least;
    int bytes;

    a = plain(a);
    b = plain(b);
    if (is_number(&a) && is_number(&b))
        return order_numbers(&a, &b);
    if (a.type != b.type || a.type == GARNER_NULL)
        return order(a.type, b.type);
    least = a.bytes.size < b.bytes.size ? a.bytes.size : b.bytes.size;
    bytes = least > 0 ? memcmp(a.bytes.data, b.bytes.data, least) : 0;
    return bytes != 0 ? bytes
                      : order((int64_t)a.bytes.size, (int64_t)b.bytes.size);
}

int gn_order_compare(const struct gn_order *order, size_t a, size_t b)
{
    const size_t width = order->rows->column_count;
    int by = 0;

    for (size_t i = 0; i < order->count && by == 0; i++)
        by = order_values(order->rows->values[a * width + order->columns[i]],
                          order->rows->values[b * width + order->columns[i]]);
    return by;
}

static int by_key(const void *a, const void *b, void *order)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;
    const int by = gn_order_compare(order, x, y);

    return by != 0 ? by : (x > y) - (x < y);
}

/* A NULL is like no other, as in SQL. */
static bool has_null(const struct gn_order *o, size_t row)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->rows->values[row * o->rows->column_count + o->columns[i]].type ==
            GARNER_NULL)
            return true;
    return false;
}

size_t gn_order_sort(const struct gn_order *order, size_t *sorted)
{
    size_t count = 0;

    for (size_t i = 0; i < order->rows->row_count; i++)
        if (!has_null(order, i))
            sorted[count++] = i;
    qsort_r(sorted, count, sizeof *sorted, by_key, (void *)order);
    return count;
}
