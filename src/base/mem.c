#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint countdown; /* allocations until the one that fails */

static bool fails(void)
{
    unsigned left = atomic_load_explicit(&countdown, memory_order_relaxed);

    while (left != 0 &&
           !atomic_compare_exchange_weak(&countdown, &left, left - 1))
        ;
    return left == 1;
}

void *gn_alloc(size_t size)
{
    return fails() ? NULL : calloc(1, size);
}

void *gn_realloc(void *p, size_t size)
{
    return fails() ? NULL : realloc(p, size > 0 ? size : 1);
}

char *gn_memdup(const void *data, size_t size)
{
    char *copy = size < SIZE_MAX && !fails() ? malloc(size + 1) : NULL;

    if (copy != NULL) {
        if (size > 0)
            memcpy(copy, data, size);
        copy[size] = '\0';
    }
    return copy;
}

char *gn_strdup(const char *text)
{
    return gn_memdup(text, strlen(text));
}

void gn_free(void *p)
{
    free(p);
}

void gn_mem_fail_at(unsigned nth)
{
    atomic_store(&countdown, nth);
}
