/* With it each call here would stand for its 64-bit twin. */
#undef _FILE_OFFSET_BITS

#include "faults/failing.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

enum { FILES = 256, LONGEST = 200 };

static struct failing_plan plan;
static atomic_bool started;
static atomic_uint matched;
static atomic_uint failed;
static atomic_llong clock_offset;
static char paths[FILES][LONGEST]; /* of open files; written by who opens */

/* The next function of that name, libc's or a sanitizer's. */
static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);

    if (function == NULL)
        _exit(99);
    return function;
}

static bool fails(enum failing_call call, const char *path)
{
    unsigned number;

    if (!atomic_load(&started) || path == NULL || call != plan.call ||
        strstr(path, plan.in) == NULL)
        return false;
    number = atomic_fetch_add(&matched, 1) + 1;
    if (number < plan.nth || (number > plan.nth && !plan.for_good))
        return false;
    atomic_fetch_add(&failed, 1);
    if (plan.error != 0)
        errno = plan.error;
    return true;
}

static const char *path_of(int file)
{
    return file >= 0 && file < FILES ? paths[file] : NULL;
}

static void start(const struct failing_plan *new_plan)
{
    atomic_store(&started, false);
    plan = *new_plan;
    atomic_store(&matched, 0);
    atomic_store(&failed, 0);
    atomic_store(&started, true);
}

static unsigned stop(void)
{
    atomic_store(&started, false);
    return atomic_load(&failed);
}

static void set_clock(int64_t seconds)
{
    atomic_store(&clock_offset, seconds);
}

extern const struct failing failing;
PUBLIC const struct failing failing = {start, stop, set_clock};

/* --- opening -----------------------------------------------------------------
 */

static int open_as(int (*real)(const char *, int, ...), const char *path,
                   int flags, mode_t mode)
{
    int file;

    if (fails(FAILING_OPEN, path))
        return -1;
    file = real(path, flags, mode);
    if (file >= 0 && file < FILES)
        snprintf(paths[file], LONGEST, "%s", path);
    return file;
}

#define DEFINE_OPEN(name)                                                      \
    PUBLIC int name(const char *path, int flags, ...)                          \
    {                                                                          \
        static int (*real)(const char *, int, ...);                            \
        mode_t mode = 0;                                                       \
                                                                               \
        if ((flags & O_CREAT) != 0) {                                          \
            va_list args;                                                      \
                                                                               \
            va_start(args, flags);                                             \
            mode = va_arg(args, mode_t);                                       \
            va_end(args);                                                      \
        }                                                                      \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return open_as(real, path, flags, mode);                               \
    }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

PUBLIC int unlink(const char *path)
{
    static int (*real)(const char *);

    if (real == NULL)
        *(void **)&real = next("unlink");
    return fails(FAILING_UNLINK, path) ? -1 : real(path);
}

#define DEFINE_STAT(name, type)                                                \
    PUBLIC int name(const char *path, struct type *st)                         \
    {                                                                          \
        static int (*real)(const char *, struct type *);                       \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return fails(FAILING_STAT, path) ? -1 : real(path, st);                \
    }
DEFINE_STAT(stat, stat)
DEFINE_STAT(stat64, stat64)

#define DEFINE_FSTAT(name, type)                                               \
    PUBLIC int name(int file, struct type *st)                                 \
    {                                                                          \
        static int (*real)(int, struct type *);                                \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return fails(FAILING_STAT, path_of(file)) ? -1 : real(file, st);       \
    }
DEFINE_FSTAT(fstat, stat)
DEFINE_FSTAT(fstat64, stat64)

/* --- reading and writing
 * ------------------------------------------------------ */

#define DEFINE_PREAD(name, offset)                                             \
    PUBLIC ssize_t name(int file, void *data, size_t size, offset at)          \
    {                                                                          \
        static ssize_t (*real)(int, void *, size_t, offset);                   \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return fails(FAILING_READ, path_of(file))                              \
                   ? -1                                                        \
                   : real(file, data, size, at);                               \
    }
DEFINE_PREAD(pread, off_t)
DEFINE_PREAD(pread64, off64_t)

#define DEFINE_PWRITE(name, offset)                                            \
    PUBLIC ssize_t name(int file, const void *data, size_t size, offset at)    \
    {                                                                          \
        static ssize_t (*real)(int, const void *, size_t, offset);             \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        if (!fails(FAILING_WRITE, path_of(file)))                              \
            return real(file, data, size, at);                                 \
        return plan.error != 0 ? -1 : real(file, data, size / 2, at);          \
    }
DEFINE_PWRITE(pwrite, off_t)
DEFINE_PWRITE(pwrite64, off64_t)

#define DEFINE_TRUNCATE(name, offset)                                          \
    PUBLIC int name(int file, offset size)                                     \
    {                                                                          \
        static int (*real)(int, offset);                                       \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return fails(FAILING_TRUNCATE, path_of(file)) ? -1 : real(file, size); \
    }
DEFINE_TRUNCATE(ftruncate, off_t)
DEFINE_TRUNCATE(ftruncate64, off64_t)

#define DEFINE_SYNC(name)                                                      \
    PUBLIC int name(int file)                                                  \
    {                                                                          \
        static int (*real)(int);                                               \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return fails(FAILING_SYNC, path_of(file)) ? -1 : real(file);           \
    }
DEFINE_SYNC(fsync)
DEFINE_SYNC(fdatasync)

/* --- locks, maps, threads, the clock
 * --------------------------------------------------- */

static bool takes_lock(int command, const void *argument)
{
    switch (command) {
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return ((const struct flock *)argument)->l_type != F_UNLCK;
    default:
        return false;
    }
}

#define DEFINE_FCNTL(name)                                                     \
    PUBLIC int name(int file, int command, ...)                                \
    {                                                                          \
        static int (*real)(int, int, ...);                                     \
        va_list args;                                                          \
        void *argument;                                                        \
                                                                               \
        va_start(args, command);                                               \
        argument = va_arg(args, void *);                                       \
        va_end(args);                                                          \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        if (takes_lock(command, argument) &&                                   \
            fails(FAILING_LOCK, path_of(file)))                                \
            return -1;                                                         \
        return real(file, command, argument);                                  \
    }
DEFINE_FCNTL(fcntl)
DEFINE_FCNTL(fcntl64)

#define DEFINE_MAP(name, offset)                                               \
    PUBLIC void *name(void *address, size_t size, int protection, int flags,   \
                      int file, offset at)                                     \
    {                                                                          \
        static void *(*real)(void *, size_t, int, int, int, offset);           \
                                                                               \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        if (fails(FAILING_MAP, path_of(file)))                                 \
            return MAP_FAILED;                                                 \
        return real(address, size, protection, flags, file, at);               \
    }
DEFINE_MAP(mmap, off_t)
DEFINE_MAP(mmap64, off64_t)

PUBLIC int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                       void *);

    if (real == NULL)
        *(void **)&real = next("pthread_create");
    return fails(FAILING_THREAD, "") ? plan.error
                                     : real(thread, attributes, run, argument);
}

PUBLIC int clock_gettime(clockid_t id, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    int rc;

    if (real == NULL)
        *(void **)&real = next("clock_gettime");
    rc = real(id, now);
    if (rc == 0 && id == CLOCK_REALTIME)
        now->tv_sec += atomic_load(&clock_offset);
    return rc;
}

PUBLIC int gettimeofday(struct timeval *now, void *zone)
{
    static int (*real)(struct timeval *, void *);
    int rc;

    if (real == NULL)
        *(void **)&real = next("gettimeofday");
    rc = real(now, zone);
    if (rc == 0)
        now->tv_sec += atomic_load(&clock_offset);
    return rc;
}

PUBLIC time_t time(time_t *into)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (into != NULL)
        *into = now.tv_sec;
    return now.tv_sec;
}
