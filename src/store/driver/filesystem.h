/*
 * filesystem.h - what kind of file system a database lies on.
 *
 * All who have a database with a log open share memory through its index
 * (-shm), which only works on one machine (https://sqlite.org/wal.html); and
 * locks are not to be relied on over a network
 * (https://sqlite.org/howtocorrupt.html section 2.1).
 *
 * Thread: any. Only statfs(2) is used: it takes no descriptor.
 */
#ifndef GN_STORE_DRIVER_FILESYSTEM_H
#define GN_STORE_DRIVER_FILESYSTEM_H

#include <stdbool.h>

#include "garner/error.h"

struct gn_filesystem {
    const char *name; /* static memory; "" : not known to us */
    long type;        /* as statfs(2) tells it; 0: it does not */
    bool network;     /* it is, or may be, another machine's */
};

/* Of the file at path, or, if there is none, of its folder. */
struct gn_filesystem gn_filesystem_of(const char *path);

/* OK, or UNSUPPORTED: a database with a log should not be at path. */
enum garner_code gn_filesystem_check(const char *path,
                                     struct garner_error *err);

/* Tests: from now on all is on a file system of this type; 0: the true one. */
void gn_filesystem_pretend(long type);

#endif
