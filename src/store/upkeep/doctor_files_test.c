/* doctor_files_test.c - what lies around a database, without opening it. */
#include "store/upkeep/finding_test.h"

#include <sys/stat.h>

#include "store/commit/turn.h"
#include "store/driver/filesystem.h"
#include "store/upkeep/doctor_files.h"

static struct garner_options options;

static int with_database(void **state)
{
    sqlite3 *db;

    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    forget();
    db = foreign_open();
    foreign_run(db, "pragma journal_mode=wal; create table t(a);"
                    "insert into t values (zeroblob(100000))");
    foreign_close(db);
    return 0;
}

static int clean(void **state)
{
    gn_filesystem_pretend(0);
    return fixture_down(state);
}

static void look(void)
{
    forget();
    gn_doctor_files(fixture.db, &options, &teller);
}

static void a_quiet_database_is_fine(void **state)
{
    (void)state;
    look();
    assert_int_equal(worst(), GARNER_FINE);
    assert_string_equal(value_of("log"), "0 B");
    assert_non_null(strstr(value_of("size"), " KiB"));
    assert_string_equal(value_of("turn"), "no garner has written yet");
    assert_true(strlen(value_of("file_system")) > 0);
    assert_true(strlen(value_of("free_space")) > 0);
}

static void a_network_file_system_is_told(void **state)
{
    (void)state;
    gn_filesystem_pretend(0x6969);
    look();
    assert_int_equal(grade_of("file_system"), GARNER_PROBLEM);
    assert_string_equal(value_of("file_system"), "NFS");
    options.network_fs = true;
    look();
    assert_int_equal(grade_of("file_system"), GARNER_WARNING);
    gn_filesystem_pretend(0x12345);
    look();
    assert_int_equal(grade_of("file_system"), GARNER_FINE);
    assert_non_null(strstr(value_of("file_system"), "0x12345"));
}

static void what_is_not_there_has_no_sizes(void **state)
{
    (void)state;
    assert_int_equal(unlink(fixture.db), 0);
    look();
    assert_true(is_told("file_system"));
    assert_false(is_told("size"));
}

/* The system's list of locks may miss one now and then. */
static void wait_for(const char *topic, const char *value)
{
    const int64_t until_ns = SECONDS(20);

    while (strcmp(value_of(topic), value) != 0) {
        if (gn_clock_monotonic_ns() > until_ns)
            fail_msg("%s is not %s, but %s", topic, value, value_of(topic));
        look();
    }
}

/* A log that is longer than it should be, and who reads it. */
static void a_long_log_and_its_reader_are_told(void **state)
{
    sqlite3 *db = foreign_open();
    char link[128];
    bool known;

    (void)state;
    snprintf(link, sizeof link, "%s/link", fixture.folder);
    assert_int_equal(symlink(fixture.db, link), 0);
    options.wal_most_bytes = 50000;
    foreign_run(db, "insert into t values (zeroblob(100000)); begin;"
                    "select * from t");
    look();
    known = strncmp(value_of("readers"), "not known", 9) != 0;
    assert_int_equal(grade_of("log"), GARNER_WARNING);
    if (known) {
        wait_for("readers", "this process");
        assert_int_equal(grade_of("readers"), GARNER_WARNING);
        assert_string_equal(value_of("writer"), "none");
    }
    forget();
    gn_doctor_files(link, &options, &teller); /* by another name */
    assert_int_equal(grade_of("log"), GARNER_WARNING);
    options.checkpoint = GARNER_CHECKPOINT_EXTERNAL; /* who ships it reads */
    look();
    assert_int_equal(grade_of("readers"), GARNER_FINE);
    options.checkpoint = GARNER_CHECKPOINT_AUTO;
    foreign_run(db, "commit; begin immediate");
    options.wal_most_bytes = 1 << 20;
    look();
    assert_int_equal(worst(), GARNER_FINE);
    if (known)
        wait_for("writer", "this process");
    foreign_run(db, "commit");
    foreign_close(db);
}

static void nothing(void *context)
{
    (void)context;
}

static void who_has_the_turn_is_told(void **state)
{
    char expected[60];
    struct gn_turn *turn;
    char link[128];

    (void)state;
    assert_int_equal(gn_turn_open(fixture.db, nothing, NULL, &turn, NULL),
                     GARNER_OK);
    look();
    assert_string_equal(value_of("turn"), "free");
    assert_true(gn_turn_try(turn));
    snprintf(link, sizeof link, "%s/link", fixture.folder);
    assert_int_equal(symlink(fixture.db, link), 0);
    forget();
    gn_doctor_files(link, &options, &teller); /* by another name */
    snprintf(expected, sizeof expected, "process %d, for ", (int)getpid());
    assert_memory_equal(value_of("turn"), expected, strlen(expected));
    gn_turn_close(turn);
}

static void nothing_is_made_nor_changed(void **state)
{
    struct stat before;
    struct stat after;
    char shm[128];

    (void)state;
    assert_int_equal(stat(fixture.db, &before), 0);
    look();
    assert_int_equal(stat(fixture.db, &after), 0);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    snprintf(shm, sizeof shm, "%s-shm", fixture.db);
    assert_int_not_equal(access(shm, F_OK), 0);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_database, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_quiet_database_is_fine),
        WITH(a_network_file_system_is_told),
        WITH(what_is_not_there_has_no_sizes),
        WITH(a_long_log_and_its_reader_are_told),
        WITH(who_has_the_turn_is_told),
        WITH(nothing_is_made_nor_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
