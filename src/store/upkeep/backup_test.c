/* backup_test.c - a copy is whole, of one moment, and made while all write. */
#include "store/door_test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/commit/lead.h"
#include "store/handle.h"
#include "store/upkeep/backup.h"

enum { THREADS = 4, EARLY = 20 };

static char copy[128];
static struct garner_error err;

/* More than a piece. */
static void fill(void)
{
    exec("create table t(thread, number)");
    exec("create table filling(x)");
    exec("with recursive n(i) as (select 1 union all select i + 1 from n limit "
         "900) insert into filling select zeroblob(4000) from n");
    snprintf(copy, sizeof copy, "%s/copy.db", fixture.folder);
}

static int with_filled(void **state)
{
    if (with_store(state) != 0)
        return -1;
    fill();
    return 0;
}

static int with_filled_memory(void **state)
{
    if (with_memory(state) != 0)
        return -1;
    fill();
    return 0;
}

static void backup(bool replace)
{
    if (garner_backup(store, copy, replace, NULL, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* A number from the copy. */
static int64_t copied(const char *sql)
{
    sqlite3 *db;
    int64_t number;

    assert_int_equal(sqlite3_open_v2(copy, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    number = foreign_number(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

static void assert_whole(void)
{
    assert_int_equal(copied("select integrity_check = 'ok' from "
                            "pragma_integrity_check"),
                     1);
    assert_int_equal(copied("select count(*) from filling"), 900);
}

static int files(void)
{
    DIR *folder = opendir(fixture.folder);
    int count = -2; /* . and .. */

    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* --- while threads write ------------------------------------------------- */

static struct {
    atomic_int written[THREADS]; /* acknowledged numbers: 1 to this */
    atomic_bool end;
    int before[THREADS]; /* what was written when the call began, ... */
    int first[THREADS];  /* ... and at its first report */
    int calls;
    uint64_t done;
    uint64_t all;
} work;

static void *write_numbers(void *context)
{
    const int thread = (int)(intptr_t)context;

    while (!atomic_load(&work.end)) {
        const int number = atomic_load(&work.written[thread]) + 1;

        if (garner_exec(
                store, "insert into t values (?, ?)",
                GARNER_ARGS(garner_integer(thread), garner_integer(number)),
                NULL, NULL) != GARNER_OK)
            return (void *)"a write failed";
        atomic_store(&work.written[thread], number);
    }
    return NULL;
}

/* Waits until each thread has written so many more than in since. */
static void wait_for_more(const int *since, int more)
{
    for (int i = 0; i < THREADS; i++)
        while (atomic_load(&work.written[i]) < since[i] + more)
            sched_yield();
}

static void note_written(int *written)
{
    for (int i = 0; i < THREADS; i++)
        written[i] = atomic_load(&work.written[i]);
}

/* Those that the governor of the log knows of. */
static int backups(void)
{
    return atomic_load(&store->shard->commit->wal.backups);
}

/* Between two pieces all threads write: nobody is held up. */
static bool let_them_write(void *context, uint64_t done_bytes,
                           uint64_t all_bytes)
{
    int now[THREADS];

    (void)context;
    note_written(now);
    if (work.calls++ == 0)
        memcpy(work.first, now, sizeof now);
    wait_for_more(now, 2);
    assert_true(done_bytes <= all_bytes);
    assert_int_equal(backups(), 1);
    work.done = done_bytes;
    work.all = all_bytes;
    return true;
}

static void backup_beside_writers(void)
{
    pthread_t threads[THREADS];
    const int none[THREADS] = {0};
    void *complaint;

    memset(&work, 0, sizeof work);
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, write_numbers, (void *)i), 0);
    wait_for_more(none, EARLY);
    note_written(work.before);
    if (garner_backup(store, copy, false, let_them_write, NULL, &err) !=
        GARNER_OK)
        fail_msg("%s", err.message);
    atomic_store(&work.end, true);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &complaint), 0);
        assert_null(complaint);
    }
    assert_true(work.calls > 1);
    assert_int_equal(backups(), 0);
    assert_int_equal(work.done, work.all);
    assert_whole();
}

/* How many of thread's rows are in the copy: all from 1 on. */
static int64_t rows_of(int thread)
{
    char sql[120];

    snprintf(sql, sizeof sql,
             "select iif(count(*) = max(number) and min(number) = 1, "
             "count(*), -1) from t where thread = %d",
             thread);
    return copied(sql);
}

static void a_copy_is_of_one_moment_while_all_write(void **state)
{
    (void)state;
    backup_beside_writers();
    for (int i = 0; i < THREADS; i++) {
        /* one may be committed, and not acknowledged yet */
        assert_in_range(rows_of(i), work.before[i], work.first[i] + 1);
        assert_true(work.first[i] + 2 <= atomic_load(&work.written[i]));
    }
    assert_int_equal(copied("select journal_mode = 'delete' from "
                            "pragma_journal_mode"),
                     1);
}

/* There each write has the copy begin anew, and still it ends. */
static void memory_is_copied_in_turns_with_writers(void **state)
{
    (void)state;
    backup_beside_writers();
    for (int i = 0; i < THREADS; i++)
        assert_in_range(rows_of(i), work.before[i],
                        atomic_load(&work.written[i]) + 1);
    assert_in_range(work.calls, 2, 8);
}

static bool write_foreign(void *context, uint64_t done_bytes,
                          uint64_t all_bytes)
{
    (void)done_bytes;
    (void)all_bytes;
    foreign_run(context, "insert into t values (9, 9)");
    work.calls++;
    return true;
}

static void without_a_log_others_may_write_too(void **state)
{
    sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    sqlite3 *foreign;

    (void)state;
    work.calls = 0;
    assert_int_equal(sqlite3_vfs_register(sqlite3_vfs_find("unix-dotfile"), 1),
                     SQLITE_OK);
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    fill();
    foreign = foreign_open();
    if (garner_backup(store, copy, false, write_foreign, foreign, &err) !=
        GARNER_OK)
        fail_msg("%s", err.message);
    foreign_close(foreign);
    garner_close(store);
    store = NULL;
    assert_int_equal(sqlite3_vfs_register(usual, 1), SQLITE_OK);
    assert_in_range(work.calls, 2, 8);
    assert_whole();
    assert_int_equal(copied("select count(*) from t"), work.calls - 1);
}

/* --- how it ends --------------------------------------------------------- */

static bool cancel(void *context, uint64_t done_bytes, uint64_t all_bytes)
{
    (void)done_bytes;
    (void)all_bytes;
    return ++*(int *)context < 2;
}

static void a_canceled_backup_leaves_nothing(void **state)
{
    const int before = files();
    int calls = 0;

    (void)state;
    assert_int_equal(garner_backup(store, copy, false, cancel, &calls, &err),
                     GARNER_CANCELED);
    assert_int_equal(calls, 2);
    assert_non_null(strstr(err.message, "copy.db was canceled"));
    assert_int_equal(files(), before);
    backup(false);
    assert_whole();
}

static void refused(const char *path, enum garner_code code, const char *words)
{
    const int before = files();

    assert_int_equal(garner_backup(store, path, true, NULL, NULL, &err), code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
    assert_int_equal(files(), before);
}

static void the_database_is_never_copied_over_itself(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-turn"};
    char path[200];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", fixture.db, suffixes[i]);
        refused(path, GARNER_INVALID, "is the database itself");
    }
    snprintf(path, sizeof path, "%s/link", fixture.folder);
    assert_int_equal(symlink(fixture.db, path), 0);
    refused(path, GARNER_INVALID, "is the database itself");
    assert_int_equal(number("select count(*) from filling"), 900);
}

static void what_is_there_stays_unless_told(void **state)
{
    char wal[140];
    FILE *file = fopen(copy, "w");

    (void)state;
    fclose(file);
    assert_int_equal(garner_backup(store, copy, false, NULL, NULL, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "copy.db is there already"));
    snprintf(wal, sizeof wal, "%s-wal", copy);
    file = fopen(wal, "w");
    fclose(file);
    refused(copy, GARNER_INVALID, "copy.db-wal is there");
    assert_int_equal(unlink(wal), 0);
    backup(true);
    assert_whole();
    refused(fixture.folder, GARNER_INVALID, "is a folder");
    refused("/none/copy.db", GARNER_NOTFOUND, "make it first");
    refused("", GARNER_MISUSE, "name the file");
}

static void no_room_is_an_error_and_leaves_what_was(void **state)
{
    struct rlimit old;
    struct rlimit small = {.rlim_cur = 400000};
    enum garner_code code;
    int before;

    (void)state;
    backup(false);
    before = files();
    exec("update filling set x = 1 where rowid = 1");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    code = garner_backup(store, copy, true, NULL, NULL, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(code, GARNER_IO);
    assert_non_null(strstr(err.message, "copy.db: "));
    assert_int_equal(files(), before);
    assert_whole();
    assert_int_equal(copied("select count(*) from filling where x = 1"), 0);
}

static void a_full_disk_says_so(void **state)
{
    char folder[100];

    (void)state;
    snprintf(folder, sizeof folder, "%s/disk", fixture.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    if (mount("none", folder, "tmpfs", 0, "size=1m") != 0) {
        assert_int_equal(rmdir(folder), 0);
        skip(); /* may not mount */
    }
    snprintf(copy, sizeof copy, "%s/disk/copy.db", fixture.folder);
    assert_int_equal(garner_backup(store, copy, false, NULL, NULL, &err),
                     GARNER_IO);
    assert_non_null(strstr(err.message, "full; free some space"));
    assert_int_equal(umount(folder), 0);
    assert_int_equal(rmdir(folder), 0); /* it is empty */
}

static void a_copy_is_as_private_as_the_database(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(chmod(fixture.db, 0620), 0);
    backup(false);
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0620);
}

static void one_who_reads_alone_may_copy(void **state)
{
    (void)state;
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    backup(false);
    assert_whole();
}

static void an_empty_database_is_one_too(void **state)
{
    (void)state;
    snprintf(copy, sizeof copy, "%s/copy.db", fixture.folder);
    backup(false);
    assert_int_equal(copied("select count(*) from sqlite_schema"), 0);
}

static void lost_memory_leaves_nothing(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    const int before = files();
    unsigned nth = 1;

    (void)state;
    for (; code == GARNER_NOMEM; nth++) {
        gn_mem_fail_at(nth);
        code = garner_backup(store, copy, false, NULL, NULL, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_NOMEM)
            assert_int_equal(files(), before);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 5);
    assert_whole();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_copy_is_of_one_moment_while_all_write, with_filled),
        WITH(memory_is_copied_in_turns_with_writers, with_filled_memory),
        WITH(without_a_log_others_may_write_too, with_options),
        WITH(a_canceled_backup_leaves_nothing, with_filled),
        WITH(a_canceled_backup_leaves_nothing, with_filled_memory),
        WITH(the_database_is_never_copied_over_itself, with_filled),
        WITH(what_is_there_stays_unless_told, with_filled),
        WITH(no_room_is_an_error_and_leaves_what_was, with_filled),
        WITH(a_full_disk_says_so, with_filled),
        WITH(a_copy_is_as_private_as_the_database, with_filled),
        WITH(one_who_reads_alone_may_copy, with_filled),
        WITH(an_empty_database_is_one_too, with_store),
        WITH(lost_memory_leaves_nothing, with_filled),
        WITH(lost_memory_leaves_nothing, with_filled_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
