#include "store/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/thread.h"

enum { NEXT = 1, TURN = 2, ATTEND = 3 }; /* the bytes that are locked */

/* A canceled thread leaves its frames without returning: AddressSanitizer must
 * not have fenced them, or it finds the fences where the thread ends. */
#define LEFT_BY_CANCEL __attribute__((no_sanitize("address")))

/* What the file holds, for messages alone: a holder that died leaves it. It is
 * not mapped: on a full disk, touching a page of a file ends the process. */
struct holder {
    int64_t pid;
    int64_t since_ns;
};

struct gn_turn {
    /* constant */
    void (*granted)(void *context);
    void *context;
    int file;                   /* -1 in a forked child */
    LIST_ENTRY(gn_turn) in_all; /* guarded by all_lock */

    /* the leader's */
    bool held;

    pthread_mutex_t lock;
    pthread_cond_t change;
    /* guarded by lock */
    bool has_thread;
    bool asked;
    bool closing;
    pthread_t thread;
};

/* A child shares the open file description, and with it the lock, of every turn
 * its parent has: it would keep the lock after its parent's death. So each fork
 * closes them in the child. The list is all that makes that possible. */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, gn_turn) all = LIST_HEAD_INITIALIZER(all);
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_uint forks;

static void before_fork(void)
{
    gn_lock(&all_lock);
}

static void after_fork(void)
{
    gn_unlock(&all_lock);
}

static void in_child(void)
{
    struct gn_turn *t;

    atomic_fetch_add(&forks, 1);
    LIST_FOREACH(t, &all, in_all)
    {
        (void)close(t->file); /* what was written does not matter */
        t->file = -1;
    }
    LIST_INIT(&all);
    gn_unlock(&all_lock);
}

static void watch_forks(void)
{
    GN_CHECK(pthread_atfork(before_fork, after_fork, in_child) == 0);
}

unsigned gn_turn_forks(void)
{
    GN_CHECK(pthread_once(&once, watch_forks) == 0);
    return atomic_load_explicit(&forks, memory_order_relaxed);
}

/* Locks (F_WRLCK) or unlocks (F_UNLCK) a byte; false: another holds it, or a
 * wait was interrupted. Any other failure means that the kernel cannot lock
 * this file: then nobody's turn is respected, and SQLite's own locks decide. */
LEFT_BY_CANCEL
static bool lock_byte(const struct gn_turn *t, int byte, short kind, int how)
{
    struct flock l = {
        .l_type = kind, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    if (fcntl(t->file, how, &l) == 0)
        return true;
    return errno != EAGAIN && errno != EACCES && errno != EINTR;
}

/* What cannot be written is not told. */
static void write_holder(const struct gn_turn *t, int64_t pid)
{
    const struct holder h = {.pid = pid, .since_ns = gn_clock_monotonic_ns()};

    (void)!pwrite(t->file, &h, sizeof h, 0);
}

static void note_holder(struct gn_turn *t)
{
    t->held = true;
    write_holder(t, getpid());
}

bool gn_turn_try(struct gn_turn *t)
{
    bool taken;

    GN_CHECK(!t->held);
    if (!lock_byte(t, NEXT, F_WRLCK, F_OFD_SETLK))
        return false;
    taken = lock_byte(t, TURN, F_WRLCK, F_OFD_SETLK);
    (void)lock_byte(t, NEXT, F_UNLCK, F_OFD_SETLK);
    if (taken)
        note_holder(t);
    return taken;
}

bool gn_turn_attend(struct gn_turn *t)
{
    return lock_byte(t, ATTEND, F_RDLCK, F_OFD_SETLK);
}

bool gn_turn_seclude(struct gn_turn *t)
{
    struct flock l = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = ATTEND, .l_len = 1};

    /* Where the kernel cannot lock, nobody is alone. */
    return fcntl(t->file, F_OFD_SETLK, &l) == 0;
}

void gn_turn_give(struct gn_turn *t)
{
    GN_CHECK(t->held);
    t->held = false;
    write_holder(t, 0);
    (void)lock_byte(t, TURN, F_UNLCK, F_OFD_SETLK);
}

bool gn_turn_is_wanted(const struct gn_turn *t)
{
    struct flock l = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = NEXT, .l_len = 1};

    return fcntl(t->file, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

void gn_turn_holder(const struct gn_turn *t, int64_t *pid, int64_t *since_ns)
{
    struct holder h;

    if (pread(t->file, &h, sizeof h, 0) != sizeof h)
        h = (struct holder){0};
    *pid = h.pid;
    *since_ns = h.since_ns;
}

/* --- waiting
 * ------------------------------------------------------------------ */

/* The only thread that waits in the kernel, and the only one that is ever
 * canceled: there, and nowhere else. */
LEFT_BY_CANCEL
static void wait_in_line(struct gn_turn *t)
{
    int old;

    GN_CHECK(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old) == 0);
    while (!lock_byte(t, NEXT, F_WRLCK, F_OFD_SETLKW))
        ;
    while (!lock_byte(t, TURN, F_WRLCK, F_OFD_SETLKW))
        ;
    GN_CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old) == 0);
    (void)lock_byte(t, NEXT, F_UNLCK, F_OFD_SETLK);
    note_holder(t);
}

LEFT_BY_CANCEL
static void *wait_for_turns(void *argument)
{
    struct gn_turn *t = argument;
    bool closing = false;
    int old;

    GN_CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old) == 0);
    while (!closing) {
        gn_lock(&t->lock);
        while (!t->asked && !t->closing)
            gn_cond_wait(&t->change, &t->lock);
        closing = t->closing;
        gn_unlock(&t->lock);
        if (closing)
            break;
        wait_in_line(t);
        gn_lock(&t->lock);
        t->asked = false;
        closing = t->closing;
        gn_unlock(&t->lock);
        if (!closing) {
            GN_FAULT("turn.granted");
            t->granted(t->context);
        }
    }
    return NULL;
}

enum garner_code gn_turn_ask(struct gn_turn *t, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    gn_lock(&t->lock);
    GN_CHECK(!t->held && !t->asked);
    if (!t->has_thread)
        code = gn_thread_start(&t->thread, wait_for_turns, t, err);
    if (code == GARNER_OK) {
        t->has_thread = true;
        t->asked = true;
        gn_cond_wake_one(&t->change);
    }
    gn_unlock(&t->lock);
    return code;
}

/* --- opening and closing -----------------------------------------------------
 */

static enum garner_code open_file(struct gn_turn *t, const char *path,
                                  struct garner_error *err)
{
    struct gn_buf name = {0};
    enum garner_code code = GARNER_OK;
    char real[PATH_MAX];
    char reason[128];

    /* Others may know the database by another name; SQLite, too, keeps its
     * files beside the one that a symbolic link leads to. */
    gn_buf_printf(&name, "%s-turn", realpath(path, real) != NULL ? real : path);
    if (gn_buf_failed(&name))
        return gn_fail(err, GARNER_NOMEM, "the turn of %s", path);
    t->file = open(gn_buf_cstr(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (t->file < 0)
        code = gn_fail(err, GARNER_IO, "%s: %s", gn_buf_cstr(&name),
                       strerror_r(errno, reason, sizeof reason));
    gn_buf_fini(&name);
    return code;
}

enum garner_code gn_turn_open(const char *path, void (*granted)(void *context),
                              void *context, struct gn_turn **out,
                              struct garner_error *err)
{
    struct gn_turn *t;
    enum garner_code code;

    (void)gn_turn_forks(); /* from now on they are watched */
    *out = NULL;
    t = gn_alloc(sizeof *t);
    if (t == NULL)
        return gn_fail(err, GARNER_NOMEM, "the turn of %s", path);
    t->granted = granted;
    t->context = context;
    gn_lock(&all_lock); /* no fork between opening and listing */
    code = open_file(t, path, err);
    if (code == GARNER_OK)
        LIST_INSERT_HEAD(&all, t, in_all);
    gn_unlock(&all_lock);
    if (code != GARNER_OK) {
        gn_free(t);
        return code;
    }
    gn_mutex_init(&t->lock);
    gn_cond_init(&t->change);
    *out = t;
    return GARNER_OK;
}

static void end_thread(struct gn_turn *t)
{
    bool waits;

    gn_lock(&t->lock);
    t->closing = true;
    waits = t->asked;
    gn_cond_wake_one(&t->change);
    gn_unlock(&t->lock);
    if (waits)
        (void)pthread_cancel(t->thread); /* it may just have got the turn */
    gn_thread_join(t->thread);
}

void gn_turn_close(struct gn_turn *t)
{
    if (t == NULL)
        return;
    if (t->has_thread)
        end_thread(t);
    gn_lock(&all_lock);
    LIST_REMOVE(t, in_all);
    gn_unlock(&all_lock);
    if (t->held)
        gn_turn_give(t);
    (void)close(t->file); /* that gives back whatever is left */
    gn_cond_fini(&t->change);
    gn_mutex_fini(&t->lock);
    gn_free(t);
}
