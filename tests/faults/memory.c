#include "faults/memory.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

static sqlite3_mem_methods system_memory;
static atomic_uint made;
static atomic_uint failed;
static atomic_uint first; /* that fails */
static atomic_uint last;

static bool fails(void)
{
    const unsigned number = atomic_fetch_add(&made, 1) + 1;
    const bool yes =
        number >= atomic_load(&first) && number <= atomic_load(&last);

    if (yes)
        atomic_fetch_add(&failed, 1);
    return yes;
}

static void *allocate(int size)
{
    return fails() ? NULL : system_memory.xMalloc(size);
}

static void *reallocate(void *p, int size)
{
    return fails() ? NULL : system_memory.xRealloc(p, size);
}

void memory_install(void)
{
    sqlite3_mem_methods ours;

    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK)
        abort();
    ours = system_memory;
    ours.xMalloc = allocate;
    ours.xRealloc = reallocate;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK)
        abort();
}

void memory_fail_at(unsigned nth, bool for_good)
{
    atomic_store(&last, 0);
    atomic_store(&made, 0);
    atomic_store(&failed, 0);
    atomic_store(&first, nth);
    atomic_store(&last, for_good && nth > 0 ? ~0U : nth);
}

unsigned memory_stop(void)
{
    atomic_store(&last, 0);
    return atomic_load(&failed);
}
