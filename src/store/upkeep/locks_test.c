/* locks_test.c - who holds which lock, this process and another. */
#include "store/fixture_test.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "store/upkeep/locks.h"

enum { MOST = 4 };

static struct gn_locks_holder holders[MOST];

static void a_line_is_read_as_it_is(void **state)
{
    static const char *const other[] = {
        "1: POSIX  ADVISORY  READ 9 fd:01:78 123 123\n",
        "1: POSIX  ADVISORY  READ 9 fd:01:77 128 128\n",
        "1: POSIX  ADVISORY  READ 9 fd:01:77 1073741826 1073742335\n",
        "2: OFDLCK ADVISORY  WRITE -1 fd:01:77 120 120\n",
        "3: FLOCK  ADVISORY  WRITE 9 fd:01:77 0 EOF\n",
        "3: -> POSIX  ADVISORY  READ 9 fd:01:77 123 123\n",
        "",
        "nonsense",
    };
    int count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        gn_locks_line(other[i], 77, holders, &count, MOST);
    assert_int_equal(count, 0);
    gn_locks_line("1: POSIX  ADVISORY  READ 11 fe:00:77 125 125\n", 77, holders,
                  &count, MOST);
    gn_locks_line("2: POSIX  ADVISORY  WRITE 12 fe:00:77 120 120\n", 77,
                  holders, &count, MOST);
    gn_locks_line("3: POSIX  ADVISORY  READ 12 fe:00:77 124 124\n", 77, holders,
                  &count, MOST);
    gn_locks_line("4: POSIX  ADVISORY  WRITE 13 fe:00:77 120 121\n", 77,
                  holders, &count, MOST);
    assert_int_equal(count, 3);
    assert_int_equal(holders[0].pid, 11);
    assert_true(holders[0].reads && !holders[0].writes);
    assert_int_equal(holders[1].pid, 12);
    assert_true(holders[1].reads && holders[1].writes);
    assert_false(holders[1].checkpoints);
    assert_int_equal(holders[2].pid, 13);
    assert_true(holders[2].writes && holders[2].checkpoints);
    assert_false(holders[2].reads);
}

static void more_than_there_is_room_for_are_left_out(void **state)
{
    char line[80];
    int count = 0;

    (void)state;
    for (int pid = 1; pid <= 6; pid++) {
        snprintf(line, sizeof line,
                 "%d: POSIX  ADVISORY  READ %d 00:00:5 123 123\n", pid, pid);
        gn_locks_line(line, 5, holders, &count, MOST);
    }
    assert_int_equal(count, MOST);
    assert_int_equal(holders[MOST - 1].pid, MOST);
}

/* The list may miss some while the locks of others come and go: what is held is
 * found in the end. */
static void wait_for_name(enum gn_locks_kind kind, const char *expected)
{
    const int64_t until_ns = SECONDS(20);
    char text[100];

    while (!gn_locks_name(fixture.db, kind, text, sizeof text) ||
           strcmp(text, expected) != 0)
        if (gn_clock_monotonic_ns() > until_ns)
            fail_msg("not '%s', but '%s'", expected, text);
}

static void assert_nobody(enum gn_locks_kind kind)
{
    char text[100];

    if (gn_locks_name(fixture.db, kind, text, sizeof text))
        fail_msg("nobody, but '%s'", text);
}

/* Not where the kernel keeps its list to itself (some containers). */
static bool is_told(void)
{
    struct gn_locks_holder self;
    sqlite3 *probe = foreign_open();
    int count = 0;

    foreign_run(probe, "pragma journal_mode=wal; create table if not exists "
                       "probe(a); begin immediate");
    for (int i = 0; i < 100 && count < 1; i++)
        count = gn_locks_find(fixture.db, &self, 1);
    foreign_run(probe, "rollback");
    foreign_close(probe);
    return count == 1;
}

static void those_of_this_process_are_found(void **state)
{
    sqlite3 *db;

    (void)state;
    if (!is_told())
        skip();
    assert_int_equal(gn_locks_find(fixture.db, holders, MOST), 0);
    db = foreign_open();
    assert_int_equal(foreign_number(db, "select count(*) from probe"), 0);
    assert_int_equal(gn_locks_find(fixture.db, holders, MOST), 0); /* over */
    assert_nobody(GN_LOCKS_READERS);
    foreign_run(db, "begin; select * from probe");
    wait_for_name(GN_LOCKS_READERS, "this process");
    assert_nobody(GN_LOCKS_WRITERS);
    foreign_run(db, "insert into probe values (1)");
    wait_for_name(GN_LOCKS_WRITERS, "this process");
    foreign_run(db, "rollback");
    assert_nobody(GN_LOCKS_READERS);
    foreign_close(db);
}

/* Reads, says so, and goes when told. */
static void read_as_another(const int *ready, const int *end)
{
    sqlite3 *db;
    char byte = 0;

    close(end[1]);
    if (sqlite3_open(fixture.db, &db) != SQLITE_OK ||
        sqlite3_exec(db, "begin; select * from probe", NULL, NULL, NULL) !=
            SQLITE_OK ||
        write(ready[1], &byte, 1) != 1)
        _exit(1);
    _exit(read(end[0], &byte, 1) == 0 ? 0 : 1);
}

static void those_of_another_are_named(void **state)
{
    char expected[64];
    char name[GN_LOCKS_NAME] = "";
    int ready[2];
    int end[2];
    int status;
    char byte;
    pid_t child;
    FILE *file;

    (void)state;
    if (!is_told())
        skip();
    assert_int_equal(pipe(ready) + pipe(end), 0);
    child = fork();
    if (child == 0)
        read_as_another(ready, end);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    file = fopen("/proc/self/comm", "r");
    assert_non_null(fgets(name, sizeof name, file));
    fclose(file);
    name[strcspn(name, "\n")] = '\0';
    snprintf(expected, sizeof expected, "process %d (%s)", (int)child, name);
    wait_for_name(GN_LOCKS_READERS, expected);
    close(end[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_nobody(GN_LOCKS_READERS);
    close(end[0]);
    close(ready[0]);
    close(ready[1]);
}

static void what_does_not_fit_is_cut(void **state)
{
    char text[8];
    sqlite3 *db = foreign_open();

    (void)state;
    foreign_run(db, "pragma journal_mode=wal; create table t(a); begin; "
                    "select * from t");
    if (gn_locks_name(fixture.db, GN_LOCKS_READERS, text, sizeof text))
        assert_string_equal(text, "this pr");
    foreign_run(db, "commit");
    foreign_close(db);
    assert_int_equal(gn_locks_find("/none/x.db", holders, MOST), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_read_as_it_is),
        cmocka_unit_test(more_than_there_is_room_for_are_left_out),
        TEST(those_of_this_process_are_found),
        TEST(those_of_another_are_named),
        TEST(what_does_not_fit_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
