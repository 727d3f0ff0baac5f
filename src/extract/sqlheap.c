#include "extract/sqlheap.h"

#include <malloc.h>
#include <pthread.h>
#include <stddef.h>

#include <sqlite3.h>

#include "base/error.h"

/* From so much on, asking the system to take it back is worth its time. */
enum { MUCH = 32 << 20 };

static sqlite3_mem_methods plain; /* constant once installed */
static bool installed;            /* the same */

static _Thread_local struct gn_sqlheap *watch;

/* Whether change bytes more may be had. */
static bool admits(int64_t change)
{
    if (watch == NULL || change <= watch->limit - watch->used)
        return true;
    watch->exceeded = true;
    return false;
}

static void count(int64_t change)
{
    if (watch == NULL)
        return;
    watch->used += change;
    if (watch->used > watch->peak)
        watch->peak = watch->used;
}

static void *take(int size)
{
    void *p = admits(size) ? plain.xMalloc(size) : NULL;

    if (p != NULL)
        count(plain.xSize(p));
    return p;
}

static void give(void *p)
{
    if (p != NULL)
        count(-(int64_t)plain.xSize(p));
    plain.xFree(p);
}

static void *change(void *p, int size)
{
    const int before = p != NULL ? plain.xSize(p) : 0;
    void *moved =
        admits((int64_t)size - before) ? plain.xRealloc(p, size) : NULL;

    if (moved != NULL)
        count((int64_t)plain.xSize(moved) - before);
    return moved;
}

/* https://sqlite.org/c3ref/mem_methods.html: refused once SQLite is in use. */
static void install(void)
{
    sqlite3_mem_methods counted;

    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) != SQLITE_OK)
        return;
    counted = plain;
    counted.xMalloc = take;
    counted.xFree = give;
    counted.xRealloc = change;
    installed = sqlite3_config(SQLITE_CONFIG_MALLOC, &counted) == SQLITE_OK;
}

bool gn_sqlheap_install(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    GN_CHECK(pthread_once(&once, install) == 0);
    return installed;
}

void gn_sqlheap_watch(struct gn_sqlheap *m)
{
    watch = m;
}

void gn_sqlheap_trim(const struct gn_sqlheap *m)
{
    if (m->peak >= MUCH)
        (void)malloc_trim(0);
}
