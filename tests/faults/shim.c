#include "faults/shim.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

struct file {
    sqlite3_file base;
    const char *path;     /* SQLite's, as long as the file is open */
    sqlite3_int64 real[]; /* aligned as SQLite does */
};

static sqlite3_vfs *system_vfs;
static _Atomic(const struct shim_watch *) current;

static sqlite3_file *real(sqlite3_file *file)
{
    return (sqlite3_file *)((struct file *)file)->real;
}

static const char *path_of(sqlite3_file *file)
{
    return ((struct file *)file)->path;
}

static int before(struct shim_call *call)
{
    const struct shim_watch *watch = atomic_load(&current);

    return watch != NULL ? watch->before(watch->context, call) : SQLITE_OK;
}

static int after(const struct shim_call *call, int rc)
{
    const struct shim_watch *watch = atomic_load(&current);

    if (watch != NULL && watch->after != NULL && rc == SQLITE_OK)
        watch->after(watch->context, call);
    return rc;
}

static int file_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int file_read(sqlite3_file *file, void *data, int size,
                     sqlite3_int64 offset)
{
    struct shim_call call = {
        .op = SHIM_READ, .path = path_of(file), .size = size, .offset = offset};
    const int rc = before(&call);

    return rc != SQLITE_OK
               ? rc
               : real(file)->pMethods->xRead(real(file), data, size, offset);
}

static int file_write(sqlite3_file *file, const void *data, int size,
                      sqlite3_int64 offset)
{
    struct shim_call call = {.op = SHIM_WRITE,
                             .path = path_of(file),
                             .data = data,
                             .size = size,
                             .offset = offset};
    const int rc = before(&call);
    int done = SQLITE_OK;

    if (call.size > 0)
        done = after(&call, real(file)->pMethods->xWrite(real(file), data,
                                                         call.size, offset));
    return rc != SQLITE_OK ? rc : done;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct shim_call call = {
        .op = SHIM_TRUNCATE, .path = path_of(file), .offset = size};
    const int rc = before(&call);

    return rc != SQLITE_OK
               ? rc
               : after(&call,
                       real(file)->pMethods->xTruncate(real(file), size));
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct shim_call call = {
        .op = SHIM_SYNC, .path = path_of(file), .flags = flags};
    const int rc = before(&call);

    return rc != SQLITE_OK
               ? rc
               : after(&call, real(file)->pMethods->xSync(real(file), flags));
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct shim_call call = {.op = SHIM_SIZE, .path = path_of(file)};
    const int rc = before(&call);

    return rc != SQLITE_OK ? rc
                           : real(file)->pMethods->xFileSize(real(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    struct shim_call call = {
        .op = SHIM_LOCK, .path = path_of(file), .flags = level};
    const int rc = before(&call);

    return rc != SQLITE_OK ? rc
                           : real(file)->pMethods->xLock(real(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int file_is_reserved(sqlite3_file *file, int *reserved)
{
    struct shim_call call = {.op = SHIM_LOCK, .path = path_of(file)};
    const int rc = before(&call);

    return rc != SQLITE_OK
               ? rc
               : real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), op, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int file_characteristics(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend,
                        void volatile **out)
{
    struct shim_call call = {.op = SHIM_SHM_MAP, .path = path_of(file)};
    const int rc = before(&call);

    return rc != SQLITE_OK ? rc
                           : real(file)->pMethods->xShmMap(real(file), page,
                                                           size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
    struct shim_call call = {
        .op = SHIM_SHM_LOCK, .path = path_of(file), .flags = flags};
    const int rc = (flags & SQLITE_SHM_LOCK) != 0 ? before(&call) : SQLITE_OK;

    return rc != SQLITE_OK ? rc
                           : real(file)->pMethods->xShmLock(real(file), first,
                                                            count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int file_shm_unmap(sqlite3_file *file, int also_delete)
{
    return real(file)->pMethods->xShmUnmap(real(file), also_delete);
}

/* Version 2: without the mapping of version 3, which garner leaves off. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* Version 1: without shared memory. */
static sqlite3_io_methods methods_without_wal;
static bool without_wal;

void shim_without_wal(bool without)
{
    methods_without_wal = methods;
    methods_without_wal.iVersion = 1;
    without_wal = without;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                    int flags, int *out_flags)
{
    struct shim_call call = {
        .op = SHIM_OPEN, .path = name != NULL ? name : "", .flags = flags};
    int rc;

    (void)vfs;
    file->pMethods = NULL;
    ((struct file *)file)->path = call.path;
    rc = before(&call);
    if (rc == SQLITE_OK)
        rc = after(&call, system_vfs->xOpen(system_vfs, name, real(file), flags,
                                            out_flags));
    if (rc == SQLITE_OK)
        file->pMethods = without_wal ? &methods_without_wal : &methods;
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    struct shim_call call = {
        .op = SHIM_DELETE, .path = name, .flags = sync_folder};
    const int rc = before(&call);

    (void)vfs;
    return rc != SQLITE_OK ? rc
                           : after(&call, system_vfs->xDelete(system_vfs, name,
                                                              sync_folder));
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    struct shim_call call = {.op = SHIM_ACCESS, .path = name};
    const int rc = before(&call);

    (void)vfs;
    return rc != SQLITE_OK ? rc
                           : system_vfs->xAccess(system_vfs, name, flags, out);
}

void shim_install(void)
{
    static sqlite3_vfs shim;

    system_vfs = sqlite3_vfs_find("unix");
    if (system_vfs == NULL)
        abort();
    shim = *system_vfs; /* what is not of files stays its */
    shim.zName = "shim";
    shim.pNext = NULL;
    shim.szOsFile = (int)sizeof(struct file) + system_vfs->szOsFile;
    shim.xOpen = vfs_open;
    shim.xDelete = vfs_delete;
    shim.xAccess = vfs_access;
    if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
        abort();
}

void shim_watch(const struct shim_watch *watch)
{
    atomic_store(&current, watch);
}

const char *shim_op_name(enum shim_op op)
{
    static const char *const names[SHIM_OPS] = {
        "open", "delete", "access", "read", "write",           "truncate",
        "sync", "size",   "lock",   "map",  "lock of the map",
    };

    return names[op];
}
