#include "store/commit/turn.h"

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

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/thread.h"

enum { NEXT = 1, TURN = 2, ATTEND = 3 }; /* the bytes that are locked */

/* A canceled thread leaves its frames without returning: AddressSanitizer must
 * not have fenced them, or it finds the fences where the thread ends. */
#define LEFT_BY_CANCEL __attribute__((no_sanitize("address")))

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

/* The file holds a struct gn_holder, for messages alone: a holder that died
 * leaves it, and what cannot be written is not told. It is not mapped: on a
 * full disk, touching a page of a file ends the process. */
static void write_holder(const struct gn_turn *t, int64_t pid)
{
    const struct gn_holder h = {.pid = pid,
                                .since_ns = gn_clock_monotonic_ns()};

    /* The first byte of its text ends that. */
    (void)!pwrite(t->file, &h, offsetof(struct gn_holder, sql) + 1, 0);
}

static void note_holder(struct gn_turn *t)
{
    t->held = true;
    write_holder(t, getpid());
}

void gn_turn_note(const struct gn_turn *t, const struct gn_holder *holder)
{
    if (holder->pid == 0)
        write_holder(t, getpid());
    else
        (void)!pwrite(t->file, holder, sizeof *holder, 0);
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

/* By another than file's own description. */
static bool is_locked(int file, int byte)
{
    struct flock l = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(file, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

bool gn_turn_is_wanted(const struct gn_turn *t)
{
    return is_locked(t->file, NEXT);
}

static struct gn_holder read_holder(int file)
{
    struct gn_holder h = {0};

    if (pread(file, &h, sizeof h, 0) < 0)
        h.pid = 0;
    return h;
}

struct gn_holder gn_turn_holder(const struct gn_turn *t)
{
    return read_holder(t->file);
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

enum { NAME_BYTES = PATH_MAX + 8 };

/* The name of the turn's file. Others may know the database by another name;
 * SQLite, too, keeps its files beside the one that a symbolic link leads to. */
static void name_file(const char *path, char name[NAME_BYTES])
{
    char real[PATH_MAX];

    snprintf(name, NAME_BYTES, "%s-turn",
             realpath(path, real) != NULL ? real : path);
}

static enum garner_code open_file(struct gn_turn *t, const char *path,
                                  struct garner_error *err)
{
    char name[NAME_BYTES];
    char reason[128];

    name_file(path, name);
    t->file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (t->file < 0)
        return gn_fail(err, GARNER_IO, "%s: %s", name,
                       strerror_r(errno, reason, sizeof reason));
    return GARNER_OK;
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

bool gn_turn_look(const char *path, struct gn_turn_seen *seen)
{
    char name[NAME_BYTES];
    int file;

    *seen = (struct gn_turn_seen){0};
    name_file(path, name);
    file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    seen->held = is_locked(file, TURN);
    seen->wanted = is_locked(file, NEXT);
    if (seen->held)
        seen->holder = read_holder(file);
    (void)close(file); /* only read from, and it holds no lock */
    return true;
}
