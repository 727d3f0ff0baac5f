/* doctor_test.c - all of it, beside writers, and without a trace. */
#include "store/door_test.h"
#include "store/upkeep/finding_test.h"

#include <sched.h>

#include "store/driver/filesystem.h"
#include "store/upkeep/doctor.h"

static struct garner_error err;

static enum garner_code look(bool check)
{
    forget();
    return gn_doctor(fixture.db, &options, check, keep, NULL, &err);
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

static void a_database_in_use_is_looked_at(void **state)
{
    (void)state;
    exec("create table t(a)");
    assert_int_equal(look(true), GARNER_OK);
    assert_string_equal(value_of("garner"), garner_version());
    assert_memory_equal(value_of("sqlite_copies"), "1: ", 3);
    assert_string_equal(value_of("journal_mode"), "wal");
    assert_string_equal(value_of("integrity"), "ok");
    assert_int_equal(worst(), GARNER_FINE);
    exec("insert into t values (1)");
}

static void a_closed_one_is_left_without_a_trace(void **state)
{
    (void)state;
    exec("create table t(a)");
    garner_close(store);
    store = NULL;
    assert_int_equal(files(), 2); /* and the turn */
    assert_int_equal(look(true), GARNER_OK);
    assert_string_equal(value_of("journal_mode"), "wal");
    assert_int_equal(files(), 2);
}

static atomic_bool end;
static atomic_int written;

static void *write_on(void *context)
{
    (void)context;
    while (!atomic_load(&end)) {
        if (garner_exec(store, "insert into t values (zeroblob(1000))", NULL, 0,
                        NULL, NULL) != GARNER_OK)
            return (void *)"a write failed";
        atomic_fetch_add(&written, 1);
    }
    return NULL;
}

static void it_works_beside_writers(void **state)
{
    pthread_t threads[2];
    void *complaint;

    (void)state;
    atomic_store(&end, false);
    atomic_store(&written, 0);
    exec("create table t(a)");
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_on, NULL), 0);
    for (int i = 1; i <= 10; i++) {
        while (atomic_load(&written) < 10 * i)
            sched_yield();
        if (look(true) != GARNER_OK)
            fail_msg("%s", err.message);
        assert_string_equal(value_of("integrity"), "ok");
    }
    atomic_store(&end, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], &complaint), 0);
        assert_null(complaint);
    }
}

static void what_cannot_be_opened_says_why(void **state)
{
    FILE *file;

    (void)state;
    assert_int_equal(look(false), GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "no such database"));
    assert_true(is_told("file_system"));
    file = fopen(fixture.db, "w");
    fprintf(file, "%02000d", 1);
    fclose(file);
    assert_int_equal(look(false), GARNER_CORRUPT);
    assert_true(is_told("size"));
    assert_int_equal(gn_doctor(":memory:", &options, false, keep, NULL, &err),
                     GARNER_UNSUPPORTED);
    assert_int_equal(
        gn_doctor(fixture.folder, &options, false, keep, NULL, &err),
        GARNER_IO);
    assert_non_null(strstr(err.message, "is a folder"));
}

static void on_a_network_it_is_not_opened(void **state)
{
    (void)state;
    exec("create table t(a)");
    garner_close(store);
    store = NULL;
    gn_filesystem_pretend(0x6969);
    assert_int_equal(look(false), GARNER_UNSUPPORTED);
    assert_int_equal(grade_of("file_system"), GARNER_PROBLEM);
    options.network_fs = true;
    assert_int_equal(look(false), GARNER_OK);
    gn_filesystem_pretend(0);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 1;

    (void)state;
    exec("create table t(a)");
    for (; code == GARNER_NOMEM; nth++) {
        gn_mem_fail_at(nth);
        code = look(false);
        gn_mem_fail_at(0);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_database_in_use_is_looked_at, with_store),
        WITH(a_closed_one_is_left_without_a_trace, with_store),
        WITH(it_works_beside_writers, with_store),
        WITH(what_cannot_be_opened_says_why, with_options),
        WITH(on_a_network_it_is_not_opened, with_store),
        WITH(lost_memory_is_an_error, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
