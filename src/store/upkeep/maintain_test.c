/* maintain_test.c - what the public calls refuse, checkpoints, and the doctor's
 * door; backups are in backup_test.c. */
#include "store/door_test.h"

#include <sys/stat.h>
#include <sys/wait.h>

static void a_backup_wants_a_store_and_a_name(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_backup(NULL, "x", false, NULL, NULL, &err),
                     GARNER_MISUSE);
    assert_int_equal(garner_backup(store, NULL, false, NULL, NULL, &err),
                     GARNER_MISUSE);
    assert_non_null(strstr(err.message, "name the file"));
}

static void a_forked_child_may_not(void **state)
{
    char path[128];
    int status;
    pid_t child;

    (void)state;
    snprintf(path, sizeof path, "%s/copy.db", fixture.folder);
    child = fork();
    if (child == 0)
        _exit((int)garner_backup(store, path, false, NULL, NULL, NULL));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), GARNER_MISUSE);
    assert_int_not_equal(access(path, F_OK), 0);
}

static size_t log_size(void)
{
    char path[120];
    struct stat st;

    snprintf(path, sizeof path, "%s-wal", fixture.db);
    return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void the_log_is_copied_when_asked(void **state)
{
    struct garner_checkpointed done;
    struct garner_error err;

    (void)state;
    exec("create table t(a)");
    exec("insert into t values (zeroblob(100000))");
    assert_int_equal(garner_checkpoint(store, false, 1000, &done, &err),
                     GARNER_OK);
    assert_true(done.log_bytes > 100000);
    assert_int_equal(done.left_bytes, 0);
    assert_true(log_size() > 100000);
    assert_int_equal(garner_checkpoint(store, true, 1000, NULL, &err),
                     GARNER_OK);
    assert_int_equal(log_size(), 0);
    exec("insert into t values (1)");
    assert_int_equal(number("select count(*) from t"), 2);
}

static void who_is_in_its_way_is_named(void **state)
{
    struct garner_checkpointed done;
    struct garner_error err;
    struct garner_rows *pin;
    sqlite3 *foreign;

    (void)state;
    exec("create table t(a)");
    exec("insert into t values (1)");
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &pin, NULL), GARNER_OK);
    assert_int_equal(garner_next(pin, NULL), GARNER_ROW);
    exec("insert into t values (zeroblob(100000))");
    assert_int_equal(garner_checkpoint(store, false, 0, &done, &err),
                     GARNER_BUSY);
    assert_true(done.left_bytes > 100000);
    assert_non_null(strstr(err.message, " KiB of it not copied"));
    assert_non_null(strstr(err.message, "end that query: select a from t"));
    garner_rows_close(pin);
    foreign = foreign_open();
    foreign_run(foreign, "begin immediate");
    assert_int_equal(garner_checkpoint(store, false, 0, &done, &err),
                     GARNER_BUSY);
    assert_non_null(strstr(err.message, "was writing all the time"));
    foreign_run(foreign, "commit");
    foreign_close(foreign);
    assert_int_equal(garner_checkpoint(store, false, 20000, &done, &err),
                     GARNER_OK);
}

static void memory_has_nothing_to_copy(void **state)
{
    struct garner_checkpointed done = {1, 1};
    struct garner_error err;

    (void)state;
    exec("create table t(a)");
    assert_int_equal(garner_checkpoint(store, true, 0, &done, &err), GARNER_OK);
    assert_int_equal(done.log_bytes + done.left_bytes, 0);
    assert_int_equal(garner_checkpoint(store, true, -1, NULL, &err),
                     GARNER_MISUSE);
    assert_int_equal(garner_checkpoint(NULL, true, 0, &done, &err),
                     GARNER_MISUSE);
}

static void keep_mode(void *context, const struct garner_finding *finding)
{
    assert_non_null(finding->advice);
    if (strcmp(finding->topic, "journal_mode") == 0)
        snprintf(context, 20, "%s", finding->value);
}

static void the_doctor_is_called_by_url(void **state)
{
    struct garner_error err;
    char mode[20] = "";
    char url[140];

    (void)state;
    snprintf(url, sizeof url, "sqlite:%s", fixture.db);
    assert_int_equal(garner_doctor(url, NULL, false, keep_mode, mode, &err),
                     GARNER_OK);
    assert_string_equal(mode, "wal");
    assert_int_equal(garner_doctor(NULL, NULL, false, keep_mode, mode, &err),
                     GARNER_MISUSE);
    assert_int_equal(garner_doctor(url, NULL, false, NULL, mode, &err),
                     GARNER_MISUSE);
    assert_int_equal(
        garner_doctor("postgres://h/d", NULL, false, keep_mode, mode, &err),
        GARNER_UNSUPPORTED);
    assert_int_equal(
        garner_doctor("visits?shards=2", NULL, false, keep_mode, mode, &err),
        GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "visits/000.db"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_backup_wants_a_store_and_a_name, with_store),
        WITH(a_forked_child_may_not, with_store),
        WITH(the_log_is_copied_when_asked, with_store),
        WITH(who_is_in_its_way_is_named, with_store),
        WITH(memory_has_nothing_to_copy, with_memory),
        WITH(the_doctor_is_called_by_url, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
