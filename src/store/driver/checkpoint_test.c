/* checkpoint_test.c - the log is copied, and who keeps it from that is told. */
#include "store/fixture_test.h"

#include <sys/stat.h>

#include "store/driver/checkpoint.h"
#include "store/driver/cursor.h"

static struct gn_sqlite *c;
static struct gn_checkpointed done;
static struct garner_error err;

static int with_log(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    run(c, "create table t(a)");
    run(c, "insert into t values (zeroblob(300000))");
    return 0;
}

static int without_log(void **state)
{
    gn_sqlite_close(c);
    return fixture_down(state);
}

/* Waits for nobody, or for the writer, or for readers. */
static enum gn_hindrance checkpoint(bool cut, int64_t writer_until_ns,
                                    int64_t readers_until_ns)
{
    const struct gn_checkpoint how = {cut, writer_until_ns, readers_until_ns};

    if (gn_checkpoint_run(c, &how, &done, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_false(gn_sqlite_is_held_off(c));
    return done.hindrance;
}

static size_t size_of(const char *suffix)
{
    char path[128];
    struct stat st;

    snprintf(path, sizeof path, "%s%s", fixture.db, suffix);
    assert_int_equal(stat(path, &st), 0);
    return (size_t)st.st_size;
}

static void the_log_is_copied_and_starts_anew(void **state)
{
    const size_t before = gn_sqlite_log_bytes(c);

    (void)state;
    assert_int_equal(checkpoint(false, 0, 0), GN_HINDRANCE_NONE);
    assert_int_equal(done.log_bytes, before);
    assert_int_equal(done.left_bytes, 0);
    assert_true(size_of("") > 300000);
    assert_true(size_of("-wal") > 300000);
    run(c, "insert into t values (1)");
    assert_true(gn_sqlite_log_bytes(c) < before);
}

static void cut_its_file_is_empty(void **state)
{
    (void)state;
    assert_int_equal(checkpoint(true, 0, 0), GN_HINDRANCE_NONE);
    assert_int_equal(done.left_bytes, 0);
    assert_int_equal(size_of("-wal"), 0);
    run(c, "insert into t values (1)");
    assert_string_equal(foreign_text("select count(*) from t"), "2");
}

static struct gn_cursor *pin_on(struct gn_sqlite *reader)
{
    struct gn_statement s;
    struct gn_cursor *pin;

    gn_statement_init(&s, "select a from t", NULL, 0);
    assert_int_equal(gn_cursor_open(reader, &s, &pin, NULL), GARNER_OK);
    assert_int_equal(gn_cursor_next(pin, NULL), GARNER_ROW);
    return pin;
}

static void a_reader_keeps_what_came_after_it(void **state)
{
    struct gn_sqlite *reader = open_reader();
    struct gn_cursor *pin = pin_on(reader);

    (void)state;
    run(c, "insert into t values (zeroblob(100000))");
    assert_int_equal(checkpoint(false, 0, 0), GN_HINDRANCE_OTHER);
    assert_in_range(done.left_bytes, 100000, 150000);
    assert_true(done.log_bytes > 400000);
    gn_cursor_close(pin);
    assert_int_equal(checkpoint(false, 0, SECONDS(20)), GN_HINDRANCE_NONE);
    gn_sqlite_close(reader);
}

/* All is copied, but it may not be overwritten. */
static void a_reader_of_all_of_it_is_in_the_way_too(void **state)
{
    struct gn_sqlite *reader = open_reader();
    struct gn_cursor *pin = pin_on(reader);

    (void)state;
    assert_int_equal(checkpoint(true, 0, 0), GN_HINDRANCE_OTHER);
    assert_int_equal(done.left_bytes, 0);
    assert_true(size_of("-wal") > 300000);
    gn_cursor_close(pin);
    gn_sqlite_close(reader);
}

static void none_runs_beside_a_foreign_writer(void **state)
{
    sqlite3 *foreign = foreign_open();

    (void)state;
    foreign_run(foreign, "begin immediate");
    assert_int_equal(checkpoint(false, 0, 0), GN_HINDRANCE_WRITER);
    assert_int_equal(done.left_bytes, gn_sqlite_log_bytes(c));
    assert_true(size_of("") < 300000); /* nothing was copied */
    foreign_run(foreign, "commit");
    assert_int_equal(checkpoint(false, 0, 0), GN_HINDRANCE_NONE);
    foreign_close(foreign);
}

static void *commit_soon(void *foreign)
{
    /* It is waited for until then; how long that takes is all the same. */
    while (!gn_sqlite_is_held_off(c))
        usleep(100);
    foreign_run(foreign, "commit");
    return NULL;
}

static void a_foreign_writer_may_be_waited_for(void **state)
{
    sqlite3 *foreign = foreign_open();
    pthread_t thread;

    (void)state;
    foreign_run(foreign, "begin immediate");
    assert_int_equal(gn_thread_start(&thread, commit_soon, foreign, NULL),
                     GARNER_OK);
    assert_int_equal(checkpoint(false, SECONDS(20), 0), GN_HINDRANCE_NONE);
    gn_thread_join(thread);
    foreign_close(foreign);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_log, without_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_log_is_copied_and_starts_anew),
        WITH(cut_its_file_is_empty),
        WITH(a_reader_keeps_what_came_after_it),
        WITH(a_reader_of_all_of_it_is_in_the_way_too),
        WITH(none_runs_beside_a_foreign_writer),
        WITH(a_foreign_writer_may_be_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
