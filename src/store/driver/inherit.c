#include "store/driver/inherit.h"

#include <unistd.h>

#include "base/error.h"
#include "base/thread.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, gn_inherit) all; /* guarded by lock */

/* A fork while another thread has the lock would leave it locked in the child.
 */
static void before_fork(void)
{
    gn_lock(&lock);
}

static void after_fork(void)
{
    gn_unlock(&lock);
}

static void watch_forks(void)
{
    GN_CHECK(pthread_atfork(before_fork, after_fork, after_fork) == 0);
}

void gn_inherit_note(struct gn_inherit *i, sqlite3 *db)
{
    GN_CHECK(pthread_once(&once, watch_forks) == 0);
    i->db = db;
    i->pid = getpid();
    gn_lock(&lock);
    LIST_INSERT_HEAD(&all, i, in_all);
    gn_unlock(&lock);
}

void gn_inherit_forget(struct gn_inherit *i)
{
    if (i->pid == 0)
        return;
    gn_lock(&lock);
    LIST_REMOVE(i, in_all);
    gn_unlock(&lock);
    i->pid = 0;
}

/* Of the main database, and of those that are attached. */
static void close_files(sqlite3 *db)
{
    const char *name;

    for (int i = 0; (name = sqlite3_db_name(db, i)) != NULL; i++) {
        sqlite3_file *file = NULL;

        if (sqlite3_file_control(db, name, SQLITE_FCNTL_FILE_POINTER, &file) !=
                SQLITE_OK ||
            file == NULL || file->pMethods == NULL)
            continue;
        if (file->pMethods->iVersion >= 2)
            (void)file->pMethods->xShmUnmap(file, 0);
        (void)file->pMethods->xClose(file); /* there is no other way to fail */
        file->pMethods = NULL;
    }
}

void gn_inherit_let_go(void)
{
    const pid_t pid = getpid();
    struct gn_inherit *i;
    struct gn_inherit *next;

    gn_lock(&lock);
    for (i = LIST_FIRST(&all); i != NULL; i = next) {
        next = LIST_NEXT(i, in_all);
        if (i->pid == pid)
            continue;
        LIST_REMOVE(i, in_all);
        i->pid = 0;
        close_files(i->db);
    }
    gn_unlock(&lock);
}
