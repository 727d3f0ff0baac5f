/*
 * shim.h - a SQLite VFS that stands before the system's own and tells a watch
 * of each call on a file, which may let it pass, fail it, or do half of it.
 *
 * Thread: shim_install before all others; shim_watch while no file is open, or
 * by whoever is in the watch. The watch is called on every thread.
 */
#ifndef FAULTS_SHIM_H
#define FAULTS_SHIM_H

#include <sqlite3.h>
#include <stdbool.h>

enum shim_op {
    SHIM_OPEN,
    SHIM_DELETE,
    SHIM_ACCESS,
    SHIM_READ,
    SHIM_WRITE,
    SHIM_TRUNCATE,
    SHIM_SYNC,
    SHIM_SIZE,
    SHIM_LOCK,
    SHIM_SHM_MAP,
    SHIM_SHM_LOCK,
    SHIM_OPS,
};

struct shim_call {
    enum shim_op op;
    const char *path; /* "" for temporary files */
    int flags;        /* of open, delete (sync the folder), sync */
    const void *data; /* of write */
    int size;         /* of read and write; the new one of truncate is offset */
    sqlite3_int64 offset;
};

struct shim_watch {
    /* SQLITE_OK lets the call through; else it fails with that, a write after
     * call->size bytes of it, which before may lower. */
    int (*before)(void *context, struct shim_call *call);
    /* It was done. NULL: not wanted. */
    void (*after)(void *context, const struct shim_call *call);
    void *context;
};

/* Makes it the VFS of all connections opened from now on; the system's own is
 * still found by its name, "unix". */
void shim_install(void);

/* From now on files are opened without shared memory, as on some network file
 * systems: no database can be in WAL mode. */
void shim_without_wal(bool without);

/* The one watch there is (borrowed); NULL: none. */
void shim_watch(const struct shim_watch *watch);

/* "write", "sync" ... */
const char *shim_op_name(enum shim_op op);

#endif
